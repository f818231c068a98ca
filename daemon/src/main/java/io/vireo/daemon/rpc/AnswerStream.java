package io.vireo.daemon.rpc;

import java.io.OutputStream;

/** What a JSON generator writes answers to. The client's thread only. */
final class AnswerStream extends OutputStream {
  private final AnswerOutput answers;

  AnswerStream(AnswerOutput answers) {
    this.answers = answers;
  }

  @Override
  public void write(int octet) {
    answers.add(octet);
  }

  @Override
  public void write(byte[] bytes, int from, int count) {
    answers.add(bytes, from, count);
  }
}
