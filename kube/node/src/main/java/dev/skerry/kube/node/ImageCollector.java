package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.INFO;

import io.grpc.StatusRuntimeException;
import java.util.HashSet;

/** Removes images that no container uses, to have room again. */
final class ImageCollector {

    private static final System.Logger LOG = System.getLogger(ImageCollector.class.getName());

    private final Cri cri;

    ImageCollector(Cri cri) {
        this.cri = cri;
    }

    /** The pause image stays, so does what a container that has ended was made of, and so does an image that came from a file: no registry would give it again. */
    void collect() {
        var used = new HashSet<String>();
        for (var container : cri.containers()) {
            used.add(container.getImageRef());
            used.add(container.getImage().getImage());
        }
        for (var image : cri.images()) {
            boolean pause = image.getRepoTagsList().contains(BusyboxImage.PAUSE);
            boolean imported = image.getRepoDigestsCount() == 0;
            if (pause || imported || used.contains(image.getId()) || image.getRepoTagsList().stream().anyMatch(used::contains) || image.getRepoDigestsList().stream().anyMatch(used::contains)) {
                continue;
            }
            try {
                cri.removeImage(image.getId());
                LOG.log(INFO, "image {0}: removed, {1} bytes, unused", image.getRepoTagsCount() > 0 ? image.getRepoTags(0) : image.getId(), image.getSize());
            } catch (StatusRuntimeException e) {
                // Taken into use meanwhile, or the runtime is busy: the next look tries again.
                LOG.log(System.Logger.Level.DEBUG, "image {0}: not removed: {1}", image.getId(), e.getMessage());
            }
        }
    }
}
