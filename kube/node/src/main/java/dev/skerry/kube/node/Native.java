package dev.skerry.kube.node;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** Mounts and unmounts by the system's own calls: a program for each would cost more than the mount. */
final class Native {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle MOUNT = handle("mount", FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    private static final MethodHandle UNMOUNT = handle("umount2", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final int DETACH = 2;
    private static final long BIND = 4096;

    private Native() {}

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }

    /** A file system in memory. @param options such as {@code size=4096,mode=0777} */
    static void tmpfs(Path at, String options) throws IOException {
        mount("tmpfs", at, "tmpfs", 0, options);
    }

    /** Memory in large pages. @param medium such as {@code HugePages-2Mi} */
    static void hugePages(Path at, String medium) throws IOException {
        var size = medium.substring(medium.indexOf('-') + 1).replace("i", "");
        mount("nodev", at, "hugetlbfs", 0, medium.contains("-") ? "pagesize=" + size : "");
    }

    /** Shows what lies at one path at another as well. */
    static void bind(Path what, Path at) throws IOException {
        mount(what.toString(), at, "none", BIND, "");
    }

    private static void mount(String what, Path at, String type, long flags, String options) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            MemorySegment said = options.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(options);
            var result = (int) MOUNT.invokeExact(state, arena.allocateFrom(what), arena.allocateFrom(at.toString()), arena.allocateFrom(type), flags, said);
            if (result != 0) {
                throw new IOException("mount " + type + " at " + at + ": error " + (int) ERRNO.get(state, 0L));
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Even if somebody still looks at it: it goes when the last has gone. */
    static void unmount(Path at) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            var result = (int) UNMOUNT.invokeExact(state, arena.allocateFrom(at.toString()), DETACH);
            if (result != 0) {
                throw new IOException("unmount " + at + ": error " + (int) ERRNO.get(state, 0L));
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
