package io.vireo.bdev.error;

import io.vireo.bdev.filter.FilterFixture;

/** Calls of the module under test. */
final class ErrorFixture {
  final FilterFixture filters = new FilterFixture();

  static ErrorInject failures(RequestKind kind, ErrorType type, long num) {
    return new ErrorInject("EE_M", kind, type, 0, 0, num, 0, 0, 0);
  }

  static ErrorInject corruption(RequestKind kind, long num, long offset, int value) {
    return new ErrorInject("EE_M", kind, ErrorType.CORRUPT_DATA, 0, 0, num, 0, offset, value);
  }

  void inject(ErrorInject parameters) {
    filters.calls.call("bdev_error_inject_error", parameters);
  }

  void inject(RequestKind kind, ErrorType type, long num) {
    inject(failures(kind, type, num));
  }

  void clear() {
    inject(RequestKind.CLEAR, ErrorType.FAILURE, 0);
  }
}
