// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Which containers of a recording's time range are taken: known before the first line is written, since a container
/// is taken whole or not at all, whatever it was renamed to meanwhile.
struct ChosenContainers {
    /// How many containers are judged ahead, 50 bytes each: sixteen times what the projector knows at once.
    private static let limit = 1 << 20
    /// How many names are kept to be told.
    private static let nameLimit = 1000

    private struct Judgement {
        var isWanted = false
        var isExcluded = false
    }

    private let choice: ContainerChoice
    private var judgements: [ContainerID: Judgement] = [:]
    /// The names of all containers of the range, and of those that are taken; in order, each once.
    private(set) var known: [String] = []
    private(set) var names: [String] = []

    /// Reads a recording's range for the names and labels of its containers; `progress` is told the frame.
    static func find<State: FoldedState>(
        _ choice: ContainerChoice,
        in set: RecordingSet,
        options: CutOptions,
        state: State.Type,
        progress: (Int) -> Void
    ) throws(RecordingError) -> ChosenContainers {
        var chosen = ChosenContainers(choice: choice)
        let kinds: Set<LineKind> = [.container, .event]
        let start = try CutStart<State>.find(in: set, since: options.since, redactor: nil, kinds: kinds)
        var state = start.state
        var hasBegun = false
        while let line = try start.lines.next(), !options.isLate(line.content.time) {
            progress(start.lines.frame)
            if !hasBegun, !options.isEarly(line.content.time) {
                hasBegun = true
                for tag in state.tags { chosen.note(tag) }
            }
            switch line.content {
            case .snapshot(let snapshot, _):
                guard let loaded = CutStart<State>.load(snapshot, nil) else { continue }
                state = loaded
                if hasBegun { for tag in state.tags { chosen.note(tag) } }
            case .observation(let observation):
                state.fold([observation])
                if hasBegun, let id = observation.fact.container, let tag = state.tag(of: id) { chosen.note(tag) }
            case .unknown: break
            }
        }
        // A range without inspects and events has the containers that were there before.
        if !hasBegun { for tag in state.tags { chosen.note(tag) } }
        chosen.listNames(state.tags)
        return chosen
    }

    private init(choice: ContainerChoice) {
        self.choice = choice
    }

    private mutating func note(_ tag: ContainerTag) {
        guard judgements.count < Self.limit || judgements[tag.id] != nil else { return }
        var judgement = judgements[tag.id] ?? Judgement()
        judgement.isWanted = judgement.isWanted || choice.isWanted(tag)
        judgement.isExcluded = judgement.isExcluded || choice.isExcluded(tag)
        judgements[tag.id] = judgement
    }

    private mutating func listNames(_ tags: [ContainerTag]) {
        func list(_ tags: [ContainerTag]) -> [String] {
            Array(Set(tags.compactMap(\.names.last)).sorted().prefix(Self.nameLimit))
        }
        known = list(tags)
        names = list(tags.filter { contains($0.id) })
    }

    /// Whether the recording knows of containers, and none of them is taken.
    var isEmpty: Bool { !judgements.isEmpty && !judgements.values.contains { $0.isWanted && !$0.isExcluded } }

    /// Whether a container is taken; one that nothing is known of is judged by the beginning of its id.
    func contains(_ id: ContainerID) -> Bool {
        if let judgement = judgements[id] { return judgement.isWanted && !judgement.isExcluded }
        let tag = ContainerTag(id: id, names: [id.short], labels: [:])
        return choice.isWanted(tag) && !choice.isExcluded(tag)
    }

    /// Whether an observation is taken: those of chosen containers, and those of none.
    func contains(_ observation: Observation) -> Bool {
        observation.fact.container.map { contains($0) } ?? true
    }
}

extension Fact {
    /// The container that the fact is about, where it is about one.
    var container: ContainerID? {
        switch self {
        case .log(let line): line.container
        case .event(let event): event.container ?? Self.actor(of: event.raw)
        case .stats(let record), .container(let record): record.container
        case .command(let command): command.container
        case .settle(_, let id): id
        case .gap(let gap): gap.container
        case .incident(let incident): incident.container
        case .engine, .anomaly, .mark: nil
        }
    }

    /// The container that an event's own JSON tells of: the projector goes by it where the line names none.
    private static func actor(of raw: ArraySlice<UInt8>) -> ContainerID? {
        guard let root = (try? JSONDocument(raw))?.root, root["Type"]?.string == "container" else { return nil }
        return root["Actor"]?["ID"]?.stringBytes.flatMap { ContainerID($0) }
    }
}
