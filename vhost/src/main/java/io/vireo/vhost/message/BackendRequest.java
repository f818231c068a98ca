package io.vireo.vhost.message;

/** Requests that a back-end sends on the channel that SET_BACKEND_REQ_FD gave it. */
public enum BackendRequest {
  CONFIG_CHANGE_MSG(2);

  private final int id;

  BackendRequest(int id) {
    this.id = id;
  }

  /** The number on the wire. */
  public int id() {
    return id;
  }
}
