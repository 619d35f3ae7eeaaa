package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** The mean. As eKuiper has it, the mean of integers is an integer without its fraction. */
final class Average extends Sum {

    private final boolean asEkuiper;

    Average(boolean asEkuiper) {
        super("avg", asEkuiper);
        this.asEkuiper = asEkuiper;
    }

    @Override
    public @Nullable Object value() {
        return switch (super.value()) {
            case Long sum when asEkuiper -> sum / count();
            case Long sum -> (double) sum / count();
            case Double sum -> sum / count();
            case null, default -> null;
        };
    }
}
