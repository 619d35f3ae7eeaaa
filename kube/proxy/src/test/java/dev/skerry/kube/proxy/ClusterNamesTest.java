package dev.skerry.kube.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of a small cluster, asked for directly and over the wire. */
class ClusterNamesTest {

    @TempDir
    Path folder;

    private static final Service WEB = new ServiceBuilder().withNewMetadata().withName("web").withNamespace("shop").endMetadata()
            .withNewSpec().withClusterIP("10.96.0.20").addNewPort().withName("http").withProtocol("TCP").withPort(80).endPort().endSpec().build();
    private static final Service DB = new ServiceBuilder().withNewMetadata().withName("db").withNamespace("shop").endMetadata()
            .withNewSpec().withClusterIP("None").addNewPort().withName("sql").withPort(5432).endPort().endSpec().build();
    private static final Service AWAY = new ServiceBuilder().withNewMetadata().withName("away").withNamespace("shop").endMetadata()
            .withNewSpec().withType("ExternalName").withExternalName("web.shop.svc.cluster.local").endSpec().build();
    private static final EndpointSlice MEMBERS = new EndpointSliceBuilder().withNewMetadata().withName("db-1").withNamespace("shop")
            .addToLabels("kubernetes.io/service-name", "db").endMetadata().withAddressType("IPv4")
            .addNewPort().withName("sql").withPort(5432).withProtocol("TCP").endPort()
            .addNewEndpoint().withAddresses("10.42.7.5").withHostname("db-0").withNewConditions().withReady(true).endConditions().endEndpoint()
            .addNewEndpoint().withAddresses("10.42.7.6").withNewConditions().withReady(true).endConditions().endEndpoint()
            .addNewEndpoint().withAddresses("10.42.7.7").withNewConditions().withReady(false).endConditions().endEndpoint().build();

    private static final ClusterNames NAMES = new ClusterNames("cluster.local", new ClusterNames.Catalog() {
        @Override
        public Optional<Service> service(String namespace, String name) {
            return List.of(WEB, DB, AWAY).stream().filter(s -> s.getMetadata().getNamespace().equals(namespace) && s.getMetadata().getName().equals(name)).findFirst();
        }

        @Override
        public List<EndpointSlice> slices(String namespace, String service) {
            return namespace.equals("shop") && service.equals("db") ? List.of(MEMBERS) : List.of();
        }

        @Override
        public boolean hasNamespace(String namespace) {
            return namespace.equals("shop");
        }

        @Override
        public List<Service> servicesAt(String address) {
            return address.equals("10.96.0.20") ? List.of(WEB) : List.of();
        }

        @Override
        public List<EndpointSlice> slicesAt(String address) {
            return address.equals("10.42.7.5") ? List.of(MEMBERS) : List.of();
        }
    });

    /** Found or not, and the data of each answer: numbers of an address, or of all else how long it is. */
    private static String ask(String name, int type) {
        return NAMES.find(name, type).map(f -> (f.exists() ? "yes " : "no ") + f.answers().stream().map(a -> text(a.data())).toList()).orElse("not ours");
    }

    private static String text(byte[] data) {
        return data.length == 4 ? String.join(".", IntStream.range(0, 4).mapToObj(i -> Integer.toString(data[i] & 0xFF)).toList()) : data.length + " bytes";
    }

    @Test
    void knowsServicesMembersAndPorts() {
        assertThat(ask("web.shop.svc.cluster.local", DnsMessage.A)).isEqualTo("yes [10.96.0.20]");
        assertThat(ask("db.shop.svc.cluster.local", DnsMessage.A)).isEqualTo("yes [10.42.7.6, 10.42.7.5]");
        assertThat(ask("db-0.db.shop.svc.cluster.local", DnsMessage.A)).isEqualTo("yes [10.42.7.5]");
        assertThat(ask("10-42-7-6.db.shop.svc.cluster.local", DnsMessage.A)).isEqualTo("yes [10.42.7.6]");
        assertThat(ask("10-42-7-9.shop.pod.cluster.local", DnsMessage.A)).isEqualTo("yes [10.42.7.9]");
        assertThat(ask("_http._tcp.web.shop.svc.cluster.local", DnsMessage.SRV)).startsWith("yes [").contains("bytes");
        assertThat(NAMES.find("_sql._tcp.db.shop.svc.cluster.local", DnsMessage.SRV).orElseThrow().answers()).hasSize(2);
        assertThat(ask("20.0.96.10.in-addr.arpa", DnsMessage.PTR)).startsWith("yes [");
        assertThat(ask("5.7.42.10.in-addr.arpa", DnsMessage.PTR)).startsWith("yes [");
    }

    @Test
    void tellsANameWithoutThatTypeFromNoName() {
        int aaaa = 28;
        assertThat(ask("web.shop.svc.cluster.local", aaaa)).isEqualTo("yes []");
        assertThat(ask("shop.svc.cluster.local", DnsMessage.A)).isEqualTo("yes []");
        assertThat(ask("nobody.shop.svc.cluster.local", DnsMessage.A)).isEqualTo("no []");
        assertThat(ask("web.nowhere.svc.cluster.local", DnsMessage.A)).isEqualTo("no []");
        assertThat(ask("_ftp._tcp.web.shop.svc.cluster.local", DnsMessage.SRV)).isEqualTo("no []");
        assertThat(ask("example.com", DnsMessage.A)).isEqualTo("not ours");
        assertThat(ask("1.1.1.1.in-addr.arpa", DnsMessage.PTR)).isEqualTo("not ours");
    }

    @Test
    void answersOverBothProtocolsAndAsksNobodyWhenTheMachineAsksNobody() throws Exception {
        var nobody = Files.writeString(folder.resolve("resolv.conf"), "search example.net\n");
        try (var server = DnsServer.start("127.0.0.1", NAMES, new Upstream(nobody, List.of()))) {
            assertThat(Upstream.addresses(datagram(server.port(), "WEB.shop.svc.cluster.local")).stream().map(ClusterNamesTest::text)).containsExactly("10.96.0.20");
            // Led to another name of ours, and on to its address.
            assertThat(Upstream.addresses(datagram(server.port(), "away.shop.svc.cluster.local")).stream().map(ClusterNamesTest::text)).containsExactly("10.96.0.20");
            assertThat(datagram(server.port(), "nobody.shop.svc.cluster.local")[3] & 0x0F).isEqualTo(DnsMessage.NO_NAME);
            assertThat(datagram(server.port(), "example.com")[3] & 0x0F).isEqualTo(DnsMessage.SERVER_FAILURE);
            assertThat(Upstream.addresses(stream(server.port(), "db.shop.svc.cluster.local"))).hasSize(2);
        }
    }

    private static byte[] question(String name) {
        var encoded = DnsMessage.encoded(name);
        return ByteBuffer.allocate(16 + encoded.length).putShort((short) 4711).putShort((short) 0x0100).putShort((short) 1).putShort((short) 0).putShort((short) 0)
                .putShort((short) 0).put(encoded).putShort((short) DnsMessage.A).putShort((short) 1).array();
    }

    private static byte[] datagram(int port, String name) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(20_000);
            var question = question(name);
            socket.send(new DatagramPacket(question, question.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
            var answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            return java.util.Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }

    private static byte[] stream(int port, String name) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            var question = question(name);
            socket.getOutputStream().write(ByteBuffer.allocate(question.length + 2).putShort((short) question.length).put(question).array());
            var in = new DataInputStream(socket.getInputStream());
            var answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return answer;
        }
    }
}
