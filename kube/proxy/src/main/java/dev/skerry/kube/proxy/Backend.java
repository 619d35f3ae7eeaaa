package dev.skerry.kube.proxy;

/** One place where a Service's port is answered. */
record Backend(String address, int port) implements Comparable<Backend> {

    @Override
    public int compareTo(Backend other) {
        int order = address.compareTo(other.address);
        return order != 0 ? order : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return address + ":" + port;
    }
}
