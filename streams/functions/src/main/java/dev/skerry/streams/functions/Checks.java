package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Argument.Shape;

/** The checks that many functions share. The sentences are eKuiper's, which its users search for. */
final class Checks {

    private static final String NUMBER = "number - float or int";

    static final Check ANY = args -> null;
    static final Check ONE_NUMBER = all(exactly(1), number(0));
    static final Check TWO_NUMBERS = all(exactly(2), number(0), number(1));
    static final Check TWO_INTEGERS = all(exactly(2), integer(0), integer(1));
    static final Check ONE_INTEGER = all(exactly(1), integer(0));
    static final Check ONE_TEXT = all(exactly(1), text(0));
    static final Check TWO_TEXTS = all(exactly(2), text(0), text(1));
    static final Check THREE_TEXTS = all(exactly(3), text(0), text(1), text(2));
    static final Check TEXT_AND_INTEGER = all(exactly(2), text(0), integer(1));
    static final Check ONE_TIME = all(exactly(1), time(0));
    static final Check JSON_PATH = all(exactly(2), literalText(1));
    static final Check TWO_OR_THREE = args -> args.size() == 2 || args.size() == 3 ? null : "Expect two or three arguments but found " + args.size() + ".";

    private Checks() {}

    /** The first problem that one of them finds. */
    static Check all(Check... checks) {
        return args -> {
            for (var check : checks) {
                var problem = check.problem(args);
                if (problem != null) {
                    return problem;
                }
            }
            return null;
        };
    }

    static Check exactly(int count) {
        return args -> args.size() == count ? null : "Expect " + count + " arguments but found " + args.size() + ".";
    }

    static Check atLeast(int count) {
        return args -> args.size() >= count ? null : "At least has " + count + " argument but found " + args.size() + ".";
    }

    static Check between(int least, int most) {
        return args -> args.size() >= least && args.size() <= most
                ? null : "Expect " + least + " to " + most + " arguments but found " + args.size() + ".";
    }

    static Check oneOrTwo() {
        return args -> args.size() == 1 || args.size() == 2 ? null : "Expect 1 or 2 arguments only";
    }

    static Check number(int index) {
        return refuse(index, NUMBER, Shape.STRING, Shape.TIME, Shape.BOOLEAN);
    }

    static Check integer(int index) {
        return refuse(index, "int", Shape.FLOAT, Shape.STRING, Shape.TIME, Shape.BOOLEAN);
    }

    static Check text(int index) {
        return refuse(index, "string", Shape.INTEGER, Shape.FLOAT, Shape.TIME, Shape.BOOLEAN);
    }

    static Check bool(int index, String word) {
        return refuse(index, word, Shape.INTEGER, Shape.FLOAT, Shape.TIME, Shape.STRING);
    }

    static Check time(int index) {
        return refuse(index, "datetime", Shape.INTEGER, Shape.FLOAT, Shape.STRING, Shape.BOOLEAN);
    }

    static Check literalText(int index) {
        return require(index, "string", Shape.STRING);
    }

    static Check literalInteger(int index) {
        return require(index, "integer", Shape.INTEGER);
    }

    static Check literalBool(int index) {
        return require(index, "bool", Shape.BOOLEAN);
    }

    /** An argument that is there must not look like one of these. */
    static Check refuse(int index, String expected, Shape... refused) {
        return args -> args.size() > index && args.get(index).is(refused) ? wrongType(index, expected) : null;
    }

    /** An argument that is there must look like one of these. */
    static Check require(int index, String expected, Shape... required) {
        return args -> args.size() > index && !args.get(index).is(required) ? wrongType(index, expected) : null;
    }

    static String wrongType(int index, String expected) {
        return "Expect " + expected + " type for parameter " + (index + 1);
    }
}
