package dev.skerry.kube.cel;

import java.util.List;

/** Answers the {@code authorizer} variable of expressions. Called on the thread of the evaluation. */
public interface Authorizer {

    /** What is asked: of a path, or of a resource. */
    record Question(
            String path, String group, String resource, String subresource, String namespace, String name, String verb, String fieldSelector, String labelSelector) {}

    /**
     * What the answer is.
     *
     * @param error why it could not be decided, empty if it could
     */
    record Decision(boolean allowed, String reason, String error) {}

    Decision check(Question question);

    /** The same for a service account. */
    Authorizer serviceAccount(String namespace, String name);

    /** Collects a question, step by step. */
    record Asked(Authorizer authorizer, Question question) {
        static Asked of(Authorizer authorizer, String path, String group) {
            return new Asked(authorizer, new Question(path, group, "", "", "", "", "", "", ""));
        }

        Asked with(int part, String text) {
            List<String> parts = new java.util.ArrayList<>(List.of(question.path, question.group, question.resource, question.subresource, question.namespace, question.name,
                    question.verb, question.fieldSelector, question.labelSelector));
            parts.set(part, text);
            return new Asked(authorizer, new Question(parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4), parts.get(5), parts.get(6), parts.get(7), parts.get(8)));
        }
    }
}
