package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void a_failed_call_is_one_sentence() {
    ErrnoException e = new ErrnoException("mmap", Errno.ENOMEM, "of 4096 bytes");
    assertThat(e).hasMessage("mmap of 4096 bytes: Cannot allocate memory (ENOMEM)");
    assertThat(e.call()).isEqualTo("mmap");
    assertThat(e.errno()).isEqualTo(12);
  }

  @Test
  void a_call_without_detail_has_no_gap() {
    assertThat(new ErrnoException("fsync", Errno.EIO, ""))
        .hasMessage("fsync: Input/output error (EIO)");
  }

  @Test
  void an_unknown_number_is_told_as_a_number() {
    assertThat(Errno.name(4000)).isEqualTo("errno 4000");
    assertThat(Errno.text(4000)).isEqualTo("Unknown error");
  }

  @Test
  void every_constant_has_the_name_of_its_number() throws IllegalAccessException {
    for (var field : Errno.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
        assertThat(Errno.text(field.getInt(null))).isNotBlank();
      }
    }
  }
}
