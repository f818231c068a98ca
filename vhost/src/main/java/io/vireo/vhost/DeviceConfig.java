package io.vireo.vhost;

import io.vireo.vhost.message.ConfigSpace;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.virtio.VirtioDevice;
import java.util.Arrays;

/** A device's configuration space as GET_CONFIG and SET_CONFIG see it. */
final class DeviceConfig {
  private final VirtioDevice device;

  DeviceConfig(VirtioDevice device) {
    this.device = device;
  }

  /**
   * The payload of the reply to GET_CONFIG: any part, and zeros for what lies behind the end, for
   * some front-ends read at offset 0x100. It is as long as the request's payload; an empty one
   * tells of an error (GET_CONFIG).
   */
  byte[] read(Message request) {
    ConfigSpace asked;
    try {
      asked = request.configRead();
    } catch (ProtocolException e) {
      return new byte[0];
    }
    byte[] config = device.config();
    byte[] part = new byte[asked.size()];
    int offset = asked.offset();
    if (Integer.compareUnsigned(offset, config.length) < 0) {
      System.arraycopy(config, offset, part, 0, Math.min(part.length, config.length - offset));
    }
    byte[] payload = new ConfigSpace(offset, asked.flags(), part).encode();
    return Arrays.copyOf(payload, Math.max(payload.length, request.header().size()));
  }

  /**
   * SET_CONFIG. What may be written is the device's to say: fields that are read-only may be
   * written with what they have, so that a live migration, which writes the whole space, needs no
   * other treatment.
   */
  void write(ConfigSpace written) {
    device.writeConfig(written.offset(), written.bytes());
  }
}
