// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

extension ObserverState {
    /// The fewest digits of an id that stand for a container.
    static let shortestPrefix = 4

    /// How many containers `/containers` lists without `all`.
    public var runningCount: Int {
        table.entries.count { $0.status.isListed }
    }

    /// The container of an id, if it is known.
    public func container(_ id: ContainerID) -> ObservedContainer? {
        table[id].map { ObservedContainer($0) }
    }

    /// The container that a path or a filter names.
    ///
    /// A name goes first, and is the newest container's that has it; one that is there goes before those that are
    /// gone. Else the text is taken for the beginning of an id, of four hexadecimal digits or more, that one container
    /// alone has.
    public func container(named name: String) -> ObservedContainer? {
        entry(named: name).map { ObservedContainer($0) }
    }

    /// The containers, by name, then by id.
    ///
    /// - Parameter all: Whether those that do not run or are gone are among them.
    /// - Returns: The containers that are asked for.
    public func containers(all: Bool = false) -> [ObservedContainer] {
        ordered { all || $0.status.isListed }.map { ObservedContainer(table.entries[$0]) }
    }

    private func entry(named name: String) -> ContainerEntry? {
        let entries = table.entries
        var newest: Int?
        for slot in entries.indices where entries[slot].name == name {
            guard let other = newest else {
                newest = slot
                continue
            }
            if rank(entries[slot]) > rank(entries[other]) { newest = slot }
        }
        return newest.map { entries[$0] } ?? entry(prefix: name)
    }

    /// By which the container that has a name is chosen.
    private func rank(_ entry: ContainerEntry) -> (isThere: Int, first: UInt64) {
        (entry.gone == nil ? 1 : 0, entry.first)
    }

    private func entry(prefix: String) -> ContainerEntry? {
        let prefix = Array(prefix.lowercased().utf8)
        guard prefix.count >= Self.shortestPrefix, prefix.allSatisfy({ Hex.value(of: $0) != nil }) else { return nil }
        let entries = table.entries
        var found: Int?
        for slot in entries.indices where entries[slot].digits.utf8.starts(with: prefix) {
            guard found == nil else { return nil }
            found = slot
        }
        return found.map { entries[$0] }
    }

    /// The places of those containers that are wanted, by name, then by id.
    func ordered(where isWanted: (ContainerEntry) -> Bool) -> [Int] {
        let entries = table.entries
        return entries.indices.filter { isWanted(entries[$0]) }.sorted { a, b in
            entries[a].name == entries[b].name
                ? entries[a].digits < entries[b].digits : entries[a].name < entries[b].name
        }
    }
}
