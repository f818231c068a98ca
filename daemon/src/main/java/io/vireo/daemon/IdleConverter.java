package io.vireo.daemon;

import io.vireo.reactor.IdleMode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code --idle} says. */
final class IdleConverter implements ITypeConverter<IdleMode> {
  @Override
  public IdleMode convert(String text) {
    return switch (text) {
      case "poll" -> IdleMode.POLL;
      case "adaptive" -> IdleMode.ADAPTIVE;
      default -> throw new TypeConversionException("'" + text + "' is neither poll nor adaptive");
    };
  }
}
