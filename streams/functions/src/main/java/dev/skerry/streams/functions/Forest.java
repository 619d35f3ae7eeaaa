package dev.skerry.streams.functions;

import com.amazon.randomcutforest.RandomCutForest;
import com.amazon.randomcutforest.state.RandomCutForestMapper;
import com.amazon.randomcutforest.state.RandomCutForestState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much a row stands out from those before it: the score of a random cut forest (Guha and others, 2016) over the last few rows at once. The forest is
 * made with the first row, since only then the number of columns is known. Numbers are put on one scale by their running mean and deviation, so that a
 * large unit does not outweigh a small one.
 */
final class Forest implements Analytic.State {

    private static final int TREES = 30;
    private static final int SAMPLES = 256;
    private static final int ROWS_AT_ONCE = 16;
    private static final int MOST_COLUMNS = 32;
    /** Up to here the boxes of all cuts are kept, which is four times faster and costs a megabyte a column. */
    private static final int FEW_COLUMNS = 4;
    private static final long SEED = 20160619;
    /** Scores before so many rows say nothing. */
    private static final int WARM_UP = SAMPLES / 4;
    private static final ObjectInputFilter OWN_STATE =
            ObjectInputFilter.Config.createFilter("maxdepth=20;com.amazon.randomcutforest.**;java.util.ArrayList;java.util.List;java.lang.*;!*");

    private final boolean asGrade;
    private final Threshold threshold = new Threshold();
    private @Nullable RandomCutForest forest;
    private Scale[] scales = {};
    private long rows;

    /** With a grade from 0 to 1 instead of the score as it is. */
    Forest(boolean asGrade) {
        this.asGrade = asGrade;
    }

    static void addTo(Catalogue to) {
        to.analytic("anomaly_score(number, ...)", "float", "how much the row stands out from earlier ones, by a random cut forest; about 1 is usual, 0 while it learns",
                Checks.between(1, MOST_COLUMNS), () -> new Forest(false));
        to.analytic("anomaly_grade(number, ...)", "float", "0 for a usual row, up to 1 the more its anomaly score exceeds what is usual for such scores",
                Checks.between(1, MOST_COLUMNS), () -> new Forest(true));
    }

    @Override
    public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
        var point = new float[args.length];
        for (var i = 0; i < args.length; i++) {
            if (args[i] == null) {
                return null;
            }
            point[i] = (float) Values.number(args[i]);
        }
        if (!holds) {
            return null;
        }
        var trees = forest;
        if (trees == null) {
            trees = planted(args.length);
            forest = trees;
            scales = new Scale[args.length];
            Arrays.setAll(scales, i -> new Scale());
        }
        if (args.length != scales.length) {
            throw new FunctionException("anomaly_score: " + args.length + " numbers (expected: " + scales.length + ", as before)");
        }
        for (var i = 0; i < args.length; i++) {
            point[i] = scales[i].apply(Values.number(args[i]));
        }
        rows++;
        var score = rows <= WARM_UP ? 0 : trees.getAnomalyScore(point);
        trees.update(point);
        return asGrade ? (rows <= WARM_UP ? 0.0 : threshold.grade(score)) : (Object) score;
    }

    private static RandomCutForest planted(int columns) {
        return RandomCutForest.builder().dimensions(columns * ROWS_AT_ONCE).shingleSize(ROWS_AT_ONCE).internalShinglingEnabled(true).numberOfTrees(TREES)
                .sampleSize(SAMPLES).outputAfter(WARM_UP).initialAcceptFraction(0.125).randomSeed(SEED).parallelExecutionEnabled(false)
                .boundingBoxCacheFraction(columns <= FEW_COLUMNS ? 1 : 0).build();
    }

    @Override
    public @Nullable Object save() {
        var trees = forest;
        if (trees == null) {
            return null;
        }
        var mapper = new RandomCutForestMapper();
        mapper.setSaveTreeStateEnabled(true);
        mapper.setSaveExecutorContextEnabled(true);
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(mapper.toState(trees));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var saved = new ArrayList<@Nullable Object>();
        saved.add(bytes.toByteArray());
        saved.add(rows);
        saved.add(threshold.save());
        for (var scale : scales) {
            saved.add(scale.save());
        }
        return saved;
    }

    @Override
    public void restore(@Nullable Object saved) {
        if (saved == null) {
            forest = null;
            rows = 0;
            return;
        }
        List<@Nullable Object> list = Values.list(saved, "anomaly_score: no saved state");
        if (!(list.getFirst() instanceof byte[] bytes)) {
            throw new FunctionException("anomaly_score: no saved state");
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(OWN_STATE);
            forest = new RandomCutForestMapper().toModel((RandomCutForestState) in.readObject());
        } catch (IOException | ClassNotFoundException e) {
            throw new FunctionException("anomaly_score: no saved state (" + e.getMessage() + ")");
        }
        rows = Values.wholeNumber(list.get(1));
        threshold.restore(list.get(2));
        scales = new Scale[list.size() - 3];
        Arrays.setAll(scales, i -> Scale.restored(list.get(i + 3)));
    }

    /** Puts one column's numbers on the scale of its own past. */
    private static final class Scale {

        private static final double MEMORY = 1.0 / 20_000;

        private long count;
        private double mean;
        private double variance;

        float apply(double value) {
            count++;
            var weight = Math.max(1.0 / count, MEMORY);
            var apart = value - mean;
            mean += weight * apart;
            variance = (1 - weight) * (variance + weight * apart * apart);
            return (float) (variance > 0 ? Math.clamp((value - mean) / Math.sqrt(variance), -1000, 1000) : 0);
        }

        Object save() {
            return new ArrayList<Object>(List.of(count, mean, variance));
        }

        static Scale restored(@Nullable Object saved) {
            List<@Nullable Object> list = Values.list(saved, "anomaly_score: no saved state");
            var scale = new Scale();
            scale.count = Values.wholeNumber(list.get(0));
            scale.mean = Values.number(list.get(1));
            scale.variance = Values.number(list.get(2));
            return scale;
        }
    }
}
