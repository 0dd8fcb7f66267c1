// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

extension ObserverState {
    /// The fewest digits of an id that stand for a container.
    static let shortestPrefix = 4

    /// How many containers `/containers` lists without `all`.
    public var runningCount: Int {
        table.entries.values.count { $0.status.isListed }
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
        ordered { all || $0.status.isListed }.map { ObservedContainer($0) }
    }

    func entry(named name: String) -> ContainerEntry? {
        var newest: ContainerEntry?
        for entry in table.entries.values where entry.name == name {
            guard let other = newest else {
                newest = entry
                continue
            }
            if (entry.gone == nil ? 1 : 0, entry.first) > (other.gone == nil ? 1 : 0, other.first) { newest = entry }
        }
        return newest ?? entry(prefix: name)
    }

    private func entry(prefix: String) -> ContainerEntry? {
        let isPrefix = prefix.utf8.count >= Self.shortestPrefix && prefix.utf8.allSatisfy { Hex.value(of: $0) != nil }
        guard isPrefix else { return nil }
        var found: ContainerEntry?
        for entry in table.entries.values where entry.id.hasPrefix(prefix) {
            guard found == nil else { return nil }
            found = entry
        }
        return found
    }

    /// Those containers that are wanted, by name, then by id: never in the order of the dictionary.
    func ordered(where isWanted: (ContainerEntry) -> Bool) -> [ContainerEntry] {
        var wanted = table.entries.values.filter(isWanted)
        wanted.sort { a, b in
            a.name == b.name ? a.id.description < b.id.description : a.name < b.name
        }
        return wanted
    }
}
