package io.vireo.daemon;

import io.vireo.reactor.ReactorOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code --idle} says. */
final class IdleConverter implements ITypeConverter<ReactorOptions> {
  @Override
  public ReactorOptions convert(String text) {
    return switch (text) {
      case "poll" -> ReactorOptions.POLL;
      case "adaptive" -> ReactorOptions.ADAPTIVE;
      default -> throw new TypeConversionException("'" + text + "' is neither poll nor adaptive");
    };
  }
}
