package dev.skerry.bench;

/** The smallest program that can be up: says ready, and waits for its input to end. What is left then is the JVM's own. */
final class Hello {

    private Hello() {}

    public static void main(String[] arguments) throws java.io.IOException {
        System.out.println("ready");
        System.out.flush();
        if (System.in.read() >= 0) {
            System.err.println("hello: input (expected: none)");
        }
    }
}
