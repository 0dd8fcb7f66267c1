// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The `filters` parameter of lists and of the event stream.
///
/// Values of one name are alternatives (labels excepted, which must all hold: fact B4), names must all hold.
public struct Filters: Sendable, Hashable {
    private struct Filter: Sendable, Hashable {
        var name: String
        var values: [String]
    }

    private var filters: [Filter] = []

    /// Makes filters that let everything through.
    public init() {}

    /// Whether everything passes.
    public var isEmpty: Bool { filters.isEmpty }

    /// Adds a value of a filter; the same value twice counts once.
    public mutating func add(_ name: String, _ value: String) {
        guard let index = filters.firstIndex(where: { $0.name == name }) else {
            filters.append(Filter(name: name, values: [value]))
            return
        }
        if !filters[index].values.contains(value) { filters[index].values.append(value) }
    }

    /// The filters with one value more.
    public func adding(_ name: String, _ value: String) -> Filters {
        var filters = self
        filters.add(name, value)
        return filters
    }

    /// The parameter's value in the map form, `{"type":{"container":true}}`, in the order of adding.
    ///
    /// All versions of the API take the map form (fact B5), and the docker CLI sends it (fact K2).
    public var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        for filter in filters {
            writer.key(escaping: filter.name)
            writer.beginObject()
            for value in filter.values {
                writer.key(escaping: value)
                writer.boolean(true)
            }
            writer.endObject()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
