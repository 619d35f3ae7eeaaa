package dev.skerry.kube.admission;

import java.security.SecureRandom;

/** The end of a generated name: five letters that no name of upstream's could be confused with words. */
public final class RandomSuffix {

    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final int LENGTH = 5;
    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomSuffix() {}

    public static String next() {
        var suffix = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            suffix.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return suffix.toString();
    }
}
