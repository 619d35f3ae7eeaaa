package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import java.util.List;

/** What one way to know bearer tokens says of a token. */
sealed interface Verdict {

    /** @param audiences for which the token is good, of those that were asked for */
    record Known(User user, List<String> audiences) implements Verdict {}

    /** The token is of another sort. */
    record Foreign() implements Verdict {}

    /** The token is of this sort and no good. @param why in upstream's words; goes into token reviews */
    record Refused(String why) implements Verdict {}
}
