// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Reads a recording from where the state is known, folds all of it, and writes what is selected.
struct CutPass<State: FoldedState> {
    /// How many observations are folded together.
    private let foldLimit = 512

    private let set: RecordingSet
    private let options: CutOptions
    private let chosen: ChosenContainers?
    private let target: NewFile
    private let lines: SoundLines
    private var output: CutOutput?
    private(set) var outcome: CutOutcome

    /// The state as of all that was read, but for `waiting`.
    private var state: State
    private var waiting: ObservationBatch = []
    /// The last line's number and time, written or not.
    private var place: (number: UInt64, time: Timestamp?)
    /// What a reader of the result does not know by its observations.
    private var unsaid = UnsaidState()
    /// Whether something that was written is about a container.
    private var hasContainer = false
    /// Whether something was lost since the last line.
    private var isLossOpen = false

    init(
        _ set: RecordingSet,
        _ options: CutOptions,
        _ chosen: ChosenContainers?,
        path: String,
        _ target: NewFile
    ) throws(RecordingError) {
        self.set = set
        self.options = options
        self.chosen = chosen
        self.target = target
        let start = try CutStart<State>.find(in: set, since: options.since, redactor: options.redaction?.redactor)
        lines = start.lines
        state = start.state
        place = (max(1, set.header.first) - 1, nil)
        if let found = start.place { place = (found.number, found.time) }
        outcome = CutOutcome(path: path)
        outcome.containers = chosen?.names
        outcome.known = chosen?.known ?? []
        outcome.run = options.redaction?.run ?? set.header.run
        outcome.isOtherProjection = set.parts.contains { $0.header.projection != State.projection }
    }

    mutating func run(_ progress: (Int) -> Void) throws(RecordingError) {
        var frame = -1
        while let line = try lines.next() {
            try noteDamage()
            guard !options.isLate(line.content.time) else { return try finish() }
            if lines.frame != frame {
                frame = lines.frame
                progress(frame)
            }
            switch line.content {
            case .observation(let observation): try take(observation)
            case .snapshot(let snapshot, let time): try take(snapshot, time: time, isOfCut: line.isOfCut)
            case .unknown(let number, let time): try take(unknown: line.bytes, number: number, time: time)
            }
        }
        try noteDamage()
        try finish()
    }

    private mutating func finish() throws(RecordingError) {
        // Who asks for containers and gets none does not want what is about none.
        if let chosen, chosen.isEmpty, !hasContainer { outcome.forget() }
        guard outcome.observations > 0 else { return }
        try output?.finish()
        outcome.snapshots = output?.snapshotCount ?? 0
        outcome.size = output?.size ?? 0
    }

    // MARK: Lines

    private mutating func take(_ original: Observation) throws(RecordingError) {
        var observation = original
        if let redaction = options.redaction {
            redaction.redactor.redact(&observation)
            observation.number = original.number
            observation.time = original.time
        }
        guard !options.isEarly(observation.time) else {
            // What was lost before the range is no gap in it.
            isLossOpen = false
            return fold(observation)
        }
        try begin(at: observation.time)
        try tellLoss(upTo: observation.number - 1, before: observation.time)
        guard isSelected(observation) else { return pass(observation) }
        try correct(before: observation)
        fold(observation)
        unsaid.note(kept: observation)
        try write(observation)
        if output?.isSnapshotDue == true { try writeSnapshot() }
    }

    private func isSelected(_ observation: Observation) -> Bool {
        guard options.kinds.isEmpty || options.kinds.contains(LineKind(observation.fact)) else { return false }
        return chosen?.contains(observation) ?? true
    }

    /// Folds an observation that is not written, and notes what is known by it alone.
    private mutating func pass(_ observation: Observation) {
        let isTold = LineKind(observation.fact) == .container || LineKind(observation.fact) == .event
        guard isTold, !options.kinds.isEmpty, let id = observation.fact.container, isChosen(id) else {
            if isTold { unsaid.othersMayHaveChanged = true }
            return fold(observation)
        }
        foldWaiting()
        let before = state.tag(of: id)
        fold(observation)
        foldWaiting()
        unsaid.othersMayHaveChanged = true
        if let tag = state.tag(of: id), tag !== before { unsaid.renamed.insert(id) }
    }

    private mutating func take(
        _ snapshot: StateSnapshot,
        time: Timestamp,
        isOfCut: Bool
    ) throws(RecordingError) {
        let isEarly = options.isEarly(time)
        // One that continues what was read says nothing new; the gap that tells of a loss stands for numbers before it.
        let isNews = isOfCut || snapshot.number > place.number || place.time == nil
        if !isEarly, output != nil { try tellLoss(upTo: snapshot.number, before: time) }
        if isNews, let loaded = CutStart<State>.load(snapshot, options.redaction?.redactor) {
            foldWaiting()
            unsaid.isStale = unsaid.isStale || !loaded.isSame(as: state)
            unsaid.othersMayHaveChanged = true
            state = loaded
        }
        place = (max(place.number, snapshot.number), time)
    }

    private mutating func take(
        unknown bytes: ArraySlice<UInt8>,
        number: UInt64,
        time: Timestamp
    ) throws(RecordingError) {
        defer { place = (number, time) }
        guard !options.isEarly(time) else { return }
        guard options.takesAll else {
            outcome.unknownLines += 1
            return
        }
        try begin(at: time)
        try tellLoss(upTo: number - 1, before: time)
        try output?.append(unknown: bytes)
    }

    // MARK: State

    private func isChosen(_ id: ContainerID) -> Bool { chosen?.contains(id) ?? true }

    private mutating func fold(_ observation: Observation) {
        place = (observation.number, observation.time)
        waiting.append(observation)
        if waiting.count >= foldLimit { foldWaiting() }
    }

    private mutating func foldWaiting() {
        guard !waiting.isEmpty else { return }
        state.fold(waiting)
        waiting.removeAll(keepingCapacity: true)
    }

    /// Begins the result with the state as of all that was before.
    private mutating func begin(at time: Timestamp) throws(RecordingError) {
        guard output == nil else { return }
        let header = CutHeader.make(
            of: set,
            options: options,
            projection: State.projection,
            first: place.number + 1
        )
        output = try CutOutput(target, header: header)
        place.time = place.time ?? time
        try writeSnapshot()
    }

    /// Writes a snapshot where a reader could not know what bears upon the message of an observation.
    private mutating func correct(before observation: Observation) throws(RecordingError) {
        if chosen != nil, unsaid.othersMayHaveChanged {
            foldWaiting()
            unsaid.check(state.hangsOnOthers(than: isChosen))
        }
        guard unsaid.bears(upon: observation) else { return }
        try writeSnapshot()
    }

    private mutating func writeSnapshot() throws(RecordingError) {
        foldWaiting()
        guard let time = place.time else { return }
        var snapshot = state.snapshot(of: isChosen)
        snapshot.number = place.number
        try output?.append(snapshot, time: time)
        unsaid = UnsaidState()
        unsaid.isHanging = chosen != nil && state.hangsOnOthers(than: isChosen)
    }

    private mutating func write(_ observation: Observation) throws(RecordingError) {
        try output?.append(observation)
        if chosen != nil, !hasContainer { hasContainer = observation.fact.container != nil }
        outcome.note(number: observation.number, time: observation.time)
    }

    // MARK: Losses

    private mutating func noteDamage() throws(RecordingError) {
        for damage in lines.takeDamage() {
            outcome.note(damage)
            if damage.kind != .index { isLossOpen = true }
        }
    }

    /// Writes a gap in the place of what could not be read, where numbers are missing.
    private mutating func tellLoss(upTo number: UInt64, before time: Timestamp) throws(RecordingError) {
        guard isLossOpen else { return }
        isLossOpen = false
        guard let from = place.time, number > place.number else { return }
        let isCut = set.parts.contains { $0.header.cut != nil }
        let lost = isCut ? nil : number - place.number
        let count = lost.map { $0 == 1 ? "One observation is" : "\($0) observations are" } ?? "Observations are"
        let gap = Gap(
            scope: .recorder,
            reason: .damaged,
            from: from,
            to: time,
            lost: lost,
            message: "\(count) lost: the recording was damaged there."
        )
        let observation = Observation(number: number, time: time, fact: .gap(gap))
        guard isSelected(observation) else { return fold(observation) }
        // The snapshot that it may need has the numbers before it.
        try correct(before: observation)
        fold(observation)
        unsaid.note(kept: observation)
        try write(observation)
    }
}
