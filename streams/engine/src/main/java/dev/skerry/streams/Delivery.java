package dev.skerry.streams;

import dev.skerry.model.RuleSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Packs rows into messages and sees that they arrive: a bounded queue, a thread of its own, repetition in order, the disk if asked.
 * {@link #add} never waits for the other side.
 */
final class Delivery implements AutoCloseable {

    private static final int KEEP = 1_000;
    private static final Duration FIRST_RESEND = Duration.ofSeconds(1);
    private static final long LAST_RESEND_MILLIS = 60_000;
    private static final long LINGER_MILLIS = 100;

    /** Who is told how it goes. */
    interface Told {
        void arrived(int rows);

        void lost(int rows, String why);

        void delayed(String why);
    }

    private final Outlet outlet;
    private final RowJson json;
    private final @Nullable Template address;
    private final @Nullable Template template;
    private final boolean @Nullable [] fields;
    private final int batch;
    private final long lingerNanos;
    private final long resendMillis;
    private final int keep;
    private final Told told;
    private final @Nullable DiskQueue disk;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<byte[]> rows = new ArrayDeque<>();
    private final Thread thread;
    private boolean closed;

    /** @param address where each row goes, if not all go the same way; then there are no batches */
    Delivery(String name, Outlet outlet, @Nullable Template address, RuleSpec.@Nullable Delivery wished, List<String> columns, String where, @Nullable Path diskFile, Told told) {
        this.outlet = outlet;
        this.address = address;
        this.told = told;
        json = new RowJson(columns);
        template = wished == null || wished.template() == null ? null : new Template(where + ".delivery.template", wished.template(), columns);
        fields = wished == null || wished.fields() == null || wished.fields().isEmpty() ? null : chosen(where, wished.fields(), columns);
        batch = wished == null || wished.batch() == null ? 1 : limited(where + ".delivery.batch", wished.batch(), address == null ? 10_000 : 1);
        keep = wished == null || wished.keep() == null ? KEEP : limited(where + ".delivery.keep", wished.keep(), 1_000_000);
        lingerNanos = TimeUnit.MILLISECONDS.toNanos(wished == null || wished.linger() == null ? LINGER_MILLIS : wished.linger().getDuration().toMillis());
        resendMillis = Math.max(1, (wished == null || wished.resend() == null ? FIRST_RESEND : wished.resend().getDuration()).toMillis());
        disk = wished == null || wished.onDisk() == null ? null : open(where, diskFile, wished.onDisk());
        thread = Thread.ofVirtual().name(name).start(this::run);
    }

    private static int limited(String where, int value, int most) {
        if (value < 1 || value > most) {
            throw new SqlException(where + ": " + value + " (expected: 1-" + most + ")");
        }
        return value;
    }

    private static boolean[] chosen(String where, List<String> fields, List<String> columns) {
        var only = new boolean[columns.size()];
        for (var field : fields) {
            int i = columns.indexOf(field);
            if (i < 0) {
                throw new SqlException(where + ".delivery.fields: " + field + " (expected: one of " + String.join(", ", columns) + ")");
            }
            only[i] = true;
        }
        return only;
    }

    private static DiskQueue open(String where, @Nullable Path file, long most) {
        if (file == null) {
            throw new SqlException(where + ".delivery.onDisk: " + most + " (expected: an engine that has a folder)");
        }
        try {
            return new DiskQueue(file, most);
        } catch (IOException e) {
            throw new SqlException(where + ".delivery.onDisk: " + e.getMessage() + " (expected: a disk that can be written)");
        }
    }

    /** Takes a row; called under the rule's lock. */
    void add(@Nullable Object[] row) {
        var text = packed(row);
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (disk != null) {
                if (!disk.add(text)) {
                    told.lost(1, "delivery: no room on disk, the newest is dropped (expected: a peer that takes what it is sent)");
                    return;
                }
            } else {
                if (rows.size() >= keep) {
                    rows.removeFirst();
                    told.lost(1, "delivery: more than " + keep + " wait, the oldest is dropped (expected: a peer that takes what it is sent)");
                }
                rows.addLast(text);
            }
            arrived.signal();
        } catch (IOException e) {
            told.lost(1, "delivery: the disk does not take it: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Address, a zero, body. */
    private byte[] packed(@Nullable Object[] row) {
        json.clear();
        if (address != null) {
            json.text(address.fill(row));
        }
        json.put('\0');
        if (template == null) {
            json.row(row, fields);
        } else {
            json.text(template.fill(row));
        }
        return json.copy();
    }

    private static int end(byte[] packed) {
        int end = 0;
        while (packed[end] != 0) {
            end++;
        }
        return end;
    }

    private static byte[] body(byte[] packed) {
        return Arrays.copyOfRange(packed, end(packed) + 1, packed.length);
    }

    private void run() {
        try {
            while (true) {
                var next = next();
                if (next.isEmpty()) {
                    return;
                }
                deliver(next);
                if (disk != null) {
                    lock.lock();
                    try {
                        disk.remove(next);
                    } finally {
                        lock.unlock();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            told.lost(0, "delivery: the disk cannot be read, nothing is sent any more: " + e.getMessage());
        }
    }

    private void deliver(List<byte[]> next) throws InterruptedException {
        var head = next.getFirst();
        var to = new String(head, 0, end(head), StandardCharsets.UTF_8);
        var message = batch == 1 ? body(head) : array(next.stream().map(Delivery::body).toList());
        long wait = resendMillis;
        while (true) {
            try {
                outlet.send(to, message);
                told.arrived(next.size());
                return;
            } catch (Outlet.RejectedException e) {
                told.lost(next.size(), String.valueOf(e.getMessage()));
                return;
            } catch (IOException | RuntimeException e) {
                told.delayed(e.getMessage() == null ? e.toString() : e.getMessage());
                TimeUnit.MILLISECONDS.sleep(wait);
                wait = Math.min(wait * 2, LAST_RESEND_MILLIS);
            }
        }
    }

    private byte[] array(List<byte[]> all) {
        if (template != null) {
            return joined(all, "", "\n", "");
        }
        return joined(all, "[", ",", "]");
    }

    private static byte[] joined(List<byte[]> all, String before, String between, String after) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(before.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < all.size(); i++) {
            if (i > 0) {
                out.writeBytes(between.getBytes(StandardCharsets.US_ASCII));
            }
            out.writeBytes(all.get(i));
        }
        out.writeBytes(after.getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    /** The next rows to send, at least one; none when it is closed. On disk they stay until they have arrived. */
    private List<byte[]> next() throws InterruptedException, IOException {
        lock.lockInterruptibly();
        try {
            if (disk != null) {
                while (disk.isEmpty() && !closed) {
                    arrived.await();
                }
                return closed ? List.of() : disk.first(batch);
            }
            while (rows.isEmpty() && !closed) {
                arrived.await();
            }
            for (long left = lingerNanos; batch > 1 && rows.size() < batch && left > 0 && !closed;) {
                left = arrived.awaitNanos(left);
            }
            var next = new ArrayList<byte[]>();
            while (!rows.isEmpty() && next.size() < batch && !closed) {
                next.add(rows.removeFirst());
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        outlet.close();
        if (disk != null) {
            try {
                disk.close();
            } catch (IOException e) {
                told.delayed("delivery: the disk: " + e.getMessage());
            }
        }
    }
}
