package dev.skerry.kube.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The process of a sandbox, as an ELF executable of some hundred bytes: it lets the kernel reap whatever becomes its child (SIGCHLD ignored, sigaction(2)) and waits
 * for ever. It takes one page of memory in each Pod, where a program with a library takes a hundred.
 */
final class PauseProgram {

    private static final long BASE = 0x400000;
    private static final int HEADERS = 64 + 56;

    /** rt_sigaction(SIGCHLD, {SIG_IGN}, 0, 8); for (;;) pause(); */
    private static final String X86_64 = "31c0505050" + "6a01" + "4889e6" + "31d2" + "bf11000000" + "41ba08000000" + "b80d000000" + "0f05" + "b822000000" + "0f05" + "ebf7";
    /** The same with ppoll(0, 0, 0, 0), since there is no pause here. */
    private static final String AARCH64 = "ff8300d1" + "200080d2" + "e00300f9" + "ffff00a9" + "ff0f00f9" + "200280d2" + "e1030091" + "020080d2" + "030180d2" + "c81080d2" + "010000d4"
            + "000080d2" + "010080d2" + "020080d2" + "030080d2" + "280980d2" + "010000d4" + "faffff17";

    private PauseProgram() {}

    /** @param machine as {@code os.arch} names it */
    static byte[] bytes(String machine) {
        var arm = machine.equals("aarch64");
        var code = HexFormat.of().parseHex(arm ? AARCH64 : X86_64);
        var file = ByteBuffer.allocate(HEADERS + code.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        file.putShort((short) 2).putShort((short) (arm ? 183 : 62)).putInt(1);
        file.putLong(BASE + HEADERS).putLong(64).putLong(0).putInt(0);
        file.putShort((short) 64).putShort((short) 56).putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        // One segment, to be read and executed.
        file.putInt(1).putInt(5).putLong(0).putLong(BASE).putLong(BASE).putLong(HEADERS + code.length).putLong(HEADERS + code.length).putLong(0x1000);
        return file.put(code).array();
    }
}
