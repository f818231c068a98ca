package io.vireo.nvme.model;

import java.util.ArrayList;
import java.util.List;

/** Walks PRPs (Base 4.1.1) and SGLs (Base 4.1.2) and refuses what the specification forbids. */
public final class DataPointer {
  /** A piece of data in the device's addresses. */
  public record Extent(long iova, int bytes) {}

  private static final int MAX_SEGMENTS = 64;

  private final HostView host;
  private final int pageBytes;

  DataPointer(HostView host, int pageBytes) {
    this.host = host;
    this.pageBytes = pageBytes;
  }

  /** Where the data of a command lie, exactly {@code bytes} of them. */
  List<Extent> extents(Command command, int bytes) {
    return command.psdt() == 0
        ? prps(command.dptr1(), command.dptr2(), bytes)
        : sgl(command.dptr1(), command.dptr2(), bytes);
  }

  List<Extent> prps(long prp1, long prp2, int bytes) {
    if ((prp1 & 3) != 0) {
      throw new CommandFailure(CommandFailure.PRP_OFFSET_INVALID);
    }
    List<Extent> extents = new ArrayList<>();
    int first = (int) Math.min(bytes, pageBytes - inPage(prp1));
    extents.add(new Extent(prp1, first));
    int left = bytes - first;
    if (left > pageBytes) {
      prpList(prp2, left, extents);
    } else if (left > 0) {
      extents.add(page(prp2, left));
    }
    return extents;
  }

  /** The last entry of a page of the list is where it goes on, when more pages follow than that. */
  private void prpList(long list, int bytes, List<Extent> extents) {
    if ((list & 7) != 0) {
      throw new CommandFailure(CommandFailure.PRP_OFFSET_INVALID);
    }
    long at = list;
    int left = bytes;
    while (left > 0) {
      long entry = host.getLong(at);
      boolean lastOfListPage = inPage(at) == pageBytes - 8;
      if (lastOfListPage && left > pageBytes) {
        if (inPage(entry) != 0) {
          throw new CommandFailure(CommandFailure.PRP_OFFSET_INVALID);
        }
        at = entry;
      } else {
        Extent page = page(entry, left);
        extents.add(page);
        left -= page.bytes();
        at += 8;
      }
    }
  }

  private Extent page(long prp, int left) {
    if (inPage(prp) != 0) {
      throw new CommandFailure(CommandFailure.PRP_OFFSET_INVALID);
    }
    return new Extent(prp, Math.min(left, pageBytes));
  }

  private long inPage(long address) {
    return address & pageBytes - 1;
  }

  List<Extent> sgl(long address, long lengthAndType, int bytes) {
    List<Extent> extents = new ArrayList<>();
    long at = address;
    long descriptor = lengthAndType;
    for (int segments = 0; segments < MAX_SEGMENTS; segments++) {
      int type = (int) (descriptor >>> 60);
      long length = descriptor & 0xffffffffL;
      if (type == 0) {
        add(extents, at, length);
        return checked(extents, bytes);
      }
      if (type != 2 && type != 3) {
        throw new CommandFailure(CommandFailure.SGL_TYPE_INVALID);
      }
      if (length == 0 || length % 16 != 0) {
        throw new CommandFailure(CommandFailure.INVALID_SGL_SEGMENT);
      }
      long blocks = type == 3 ? length : length - 16;
      for (long offset = 0; offset < blocks; offset += 16) {
        long inner = host.getLong(at + offset + 8);
        if (inner >>> 60 != 0) {
          throw new CommandFailure(CommandFailure.INVALID_SGL_SEGMENT);
        }
        add(extents, host.getLong(at + offset), inner & 0xffffffffL);
      }
      if (type == 3) {
        return checked(extents, bytes);
      }
      descriptor = host.getLong(at + blocks + 8);
      at = host.getLong(at + blocks);
    }
    throw new CommandFailure(CommandFailure.INVALID_SGL_SEGMENT);
  }

  private static void add(List<Extent> extents, long iova, long bytes) {
    if (bytes > 0) {
      extents.add(new Extent(iova, Math.toIntExact(bytes)));
    }
  }

  private static List<Extent> checked(List<Extent> extents, int bytes) {
    if (extents.stream().mapToLong(Extent::bytes).sum() != bytes) {
      throw new CommandFailure(CommandFailure.SGL_LENGTH_INVALID);
    }
    return extents;
  }

  /** Reads the data that a command sends. */
  byte[] fetch(Command command, int bytes) {
    byte[] data = new byte[bytes];
    int done = 0;
    for (Extent extent : extents(command, bytes)) {
      host.read(extent.iova(), data, done, extent.bytes());
      done += extent.bytes();
    }
    return data;
  }

  /** Writes the data that a command asks for. */
  void store(Command command, byte[] data) {
    int done = 0;
    for (Extent extent : extents(command, data.length)) {
      host.write(extent.iova(), data, done, extent.bytes());
      done += extent.bytes();
    }
  }

  /** Reads the metadata that lie apart from the data, in one piece. */
  byte[] fetchMetadata(Command command, int bytes) {
    byte[] metadata = new byte[bytes];
    host.read(metadataAddress(command), metadata, 0, bytes);
    return metadata;
  }

  /** Writes the metadata that lie apart from the data, in one piece. */
  void storeMetadata(Command command, byte[] metadata) {
    host.write(metadataAddress(command), metadata, 0, metadata.length);
  }

  private static long metadataAddress(Command command) {
    if ((command.mptr() & 3) != 0 || command.mptr() == 0) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    return command.mptr();
  }
}
