package dev.skerry.kube.controllers;

/** Keeps one kind of object in its wished state from start to close. It listens from its making on. */
interface Controller extends AutoCloseable {

    /** Begins to write; the caches are full by now. */
    void start();

    @Override
    void close();
}
