package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import java.util.AbstractList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** An array as expressions see it. Lists that are sets or maps by their schema compare and add up so. Read only. */
@SuppressWarnings("Immutable")
final class JsonList extends CelValue implements List<Object>, RandomAccess {
    private final DeclType type;
    private final List<Object> view;

    JsonList(ArrayNode array, DeclType type) {
        this.type = type;
        DeclType item = type.element() == null ? DeclType.DYN : type.element();
        this.view = new AbstractList<>() {
            @Override
            public Object get(int index) {
                return Values.of(array.get(index), item);
            }

            @Override
            public int size() {
                return array.size();
            }
        };
    }

    JsonList(List<Object> items, DeclType type) {
        this.type = type;
        this.view = items;
    }

    DeclType type() {
        return type;
    }

    @Override
    public Object value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return isEmpty();
    }

    @Override
    public CelType celType() {
        return ListType.create(SimpleType.DYN);
    }

    @Override
    public Object get(int index) {
        return view.get(index);
    }

    @Override
    public int size() {
        return view.size();
    }

    @Override
    public boolean isEmpty() {
        return view.isEmpty();
    }

    @Override
    public boolean contains(@Nullable Object value) {
        return indexOf(value) >= 0;
    }

    @Override
    public int indexOf(@Nullable Object value) {
        for (int i = 0; value != null && i < size(); i++) {
            if (Equality.same(get(i), value)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int lastIndexOf(@Nullable Object value) {
        for (int i = size() - 1; value != null && i >= 0; i--) {
            if (Equality.same(get(i), value)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public Iterator<Object> iterator() {
        return view.iterator();
    }

    @Override
    public ListIterator<Object> listIterator() {
        return view.listIterator();
    }

    @Override
    public ListIterator<Object> listIterator(int index) {
        return view.listIterator(index);
    }

    @Override
    public List<Object> subList(int from, int to) {
        return view.subList(from, to);
    }

    @Override
    public Object[] toArray() {
        return view.toArray();
    }

    @Override
    public <T> T[] toArray(T[] a) {
        return view.toArray(a);
    }

    @Override
    public boolean containsAll(Collection<?> c) {
        return c.stream().allMatch(this::contains);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof List<?> && Equality.same(this, other);
    }

    @Override
    public int hashCode() {
        return size();
    }

    @Override
    public String toString() {
        return view.toString();
    }

    @Override
    public boolean add(Object o) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void add(int index, Object o) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean addAll(Collection<? extends Object> c) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean addAll(int index, Collection<? extends Object> c) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean remove(@Nullable Object o) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Object remove(int index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean removeAll(Collection<?> c) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean retainAll(Collection<?> c) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Object set(int index, Object o) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException();
    }
}
