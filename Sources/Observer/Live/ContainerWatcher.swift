// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import EngineClient
internal import Logging
internal import ObserverModel

/// Watches one container: its events in their order, its log, its resource use.
///
/// It outlives a connection to the engine; of all tasks, one at a time handles its events.
actor ContainerWatcher {
    /// How the observer came to know of the container.
    enum Introduction: Hashable, Sendable {
        /// It was there at the observer's start: the newest lines of its log are read.
        case found(backlog: Int)
        /// An event told of it: its log is read from the beginning.
        case event
        /// A list showed it, and no event had: its events are made up, its log is read from the beginning.
        case overlooked
        /// It was watched before the connection was lost.
        case known
    }

    /// What happens to a container, in order.
    enum Item: Sendable {
        case event(IncomingEvent)
        /// A list shows it, in a state and with a name.
        case listed(state: String, name: String)
        /// A list does not show it.
        case missing
        /// Something hints at an event that did not come; it was given time to.
        case verify
    }

    /// What the events so far, and the last inspect, say of the container.
    struct Knowledge: Sendable {
        var inspect: ContainerInspect
        var isRunning: Bool { inspect.state.isRunning && !inspect.state.isRestarting }

        /// Whether an inspect tells of a run that began after this one.
        func isOlderRun(than new: ContainerInspect) -> Bool {
            guard let startedAt = new.state.startedAt else { return false }
            // The start is unknown where an inspect failed; then it is taken for the same run.
            guard let known = inspect.state.startedAt else { return !isRunning }
            return startedAt != known
        }

        /// Whether the last `start` or `die` was made up.
        var startIsSynthetic = false
        var endIsSynthetic = false
    }

    nonisolated let id: ContainerID
    private let reader: LogReader
    private(set) var knowledge: Knowledge?
    private(set) var isGone = false
    private var run: ContainerRun?
    private var runBeginning = ContainerRun.Beginning.all
    /// Whether the last list differed from what is known; the next one then counts.
    private var isSuspect = false

    init(id: ContainerID) {
        self.id = id
        reader = LogReader(id: id)
    }

    /// Watches until the container is gone or the task is cancelled.
    func watch(_ items: Mailbox<Item>, introduction: Introduction, access: EngineAccess) async {
        let watch = Watch(items: items, access: access)
        run = nil
        isSuspect = false
        let reader = reader
        let stats = StatsReader(id: id, access: access)
        await withDiscardingTaskGroup { group in
            group.addTask {
                while let run = await watch.logRuns.next() { await reader.read(run, access: access) }
            }
            group.addTask {
                while let run = await watch.statsRuns.next() { await stats.read(run) }
            }
            await introduce(introduction, watch)
            while !isGone, let item = await items.next() {
                await handle(item, watch)
            }
            run?.end(at: nil)
            watch.logRuns.close()
            watch.statsRuns.close()
        }
    }

    /// What one connection's watching needs.
    struct Watch: Sendable {
        let items: Mailbox<Item>
        let access: EngineAccess
        /// Runs whose log is to be read.
        ///
        /// A run is put when the last one has ended; four are far more than can wait.
        let logRuns = Mailbox<ContainerRun>(capacity: 4)
        let statsRuns = Mailbox<ContainerRun>(capacity: 4)
    }

    // MARK: Introduction

    private func introduce(_ introduction: Introduction, _ watch: Watch) async {
        switch introduction {
        case .event:
            runBeginning = .all
        case .known:
            await reconcile(watch)
        case .found(let backlog):
            runBeginning = .tail(backlog)
            guard case .found(let inspection) = await inspect(watch) else { return }
            await adopt(inspection, watch)
            if knowledge?.isRunning == true { beginRun(watch) }
            runBeginning = .all
        case .overlooked:
            runBeginning = .all
            guard case .found(let inspection) = await inspect(watch) else { return }
            await adopt(inspection, watch)
            await emitOverlookedLife(inspection.container, watch)
        }
    }

    /// Makes up the events of a container that came, and perhaps went, while nobody looked.
    private func emitOverlookedLife(_ inspect: ContainerInspect, _ watch: Watch) async {
        let synthetic = SyntheticEvent(id: id, inspect: inspect)
        let created = inspect.created ?? watch.access.wall.now()
        await emit(synthetic.make("create", at: created), watch)
        guard let startedAt = inspect.state.startedAt else { return }
        await emit(synthetic.make("start", at: startedAt), watch)
        knowledge?.startIsSynthetic = true
        beginRun(watch)
        if knowledge?.isRunning == false { await endMadeUp(inspect, exitCode: inspect.state.exitCode, watch) }
    }

    // MARK: Items

    private func handle(_ item: Item, _ watch: Watch) async {
        switch item {
        case .event(let event):
            await handle(event, watch)
        case .listed(let state, let name):
            guard let known = knowledge, !differs(known, state: state, name: name) else { return await suspect(watch) }
            isSuspect = false
            if known.isRunning, run == nil { beginRun(watch) }
        case .missing:
            await suspect(watch)
        case .verify:
            await reconcile(watch)
        }
    }

    private func differs(_ known: Knowledge, state: String, name: String) -> Bool {
        state == "running"
            ? !known.isRunning || known.inspect.state.isPaused || known.inspect.name != name
            : known.isRunning && state != "paused" || known.inspect.name != name
    }

    /// Takes a difference for real when it is seen a second time: an event may have been on its way.
    private func suspect(_ watch: Watch) async {
        guard isSuspect else {
            isSuspect = true
            return
        }
        await reconcile(watch)
    }

    private func handle(_ event: IncomingEvent, _ watch: Watch) async {
        isSuspect = false
        if knowledge == nil { await meet(event, watch) }
        guard event.message.isContainer else { return await emit(event, watch) }
        switch event.message.action {
        case .start: await handleStart(event, watch)
        case .die: await handleDie(event, watch)
        case .destroy:
            await finishRun(at: event.message.time, watch)
            await emit(event, watch)
            isGone = true
        case .rename, .update:
            await emit(event, watch)
            if case .found(let inspection) = await inspect(watch) { await adopt(inspection, watch) }
        case .pause, .unpause:
            knowledge?.inspect.state.isPaused = event.message.action == .pause
            await emit(event, watch)
        case .healthStatus:
            knowledge?.inspect.state.health = event.message.health
            await emit(event, watch)
        default:
            await emit(event, watch)
        }
    }

    /// Makes the acquaintance of a container through its first event: no observation of it precedes its inspect.
    private func meet(_ event: IncomingEvent, _ watch: Watch) async {
        if case .found(let inspection) = await inspect(watch) { return await adopt(inspection, watch) }
        // It is gone already: what the event says of it must do.
        guard let json = ContainerInspect.json(from: event.message),
            let container = try? ContainerInspect(json: json[...])
        else { return }
        await adopt(Inspection(container: container, raw: json[...]), watch)
    }

    private func handleStart(_ event: IncomingEvent, _ watch: Watch) async {
        let answer = await inspect(watch)
        if case .found(let inspection) = answer, let known = knowledge, known.startIsSynthetic, run != nil,
            inspection.container.state.startedAt == known.inspect.state.startedAt
        {
            // The list was faster than the event: this start was told of.
            return
        }
        await finishRun(at: event.message.time, watch)
        await emit(event, watch)
        if case .found(let inspection) = answer {
            await adopt(inspection, watch)
        } else {
            knowledge?.inspect.state.isRunning = true
            knowledge?.inspect.state.startedAt = nil
        }
        knowledge?.startIsSynthetic = false
        beginRun(watch)
    }

    private func handleDie(_ event: IncomingEvent, _ watch: Watch) async {
        if let known = knowledge, known.endIsSynthetic, !known.isRunning, run == nil,
            let finishedAt = known.inspect.state.finishedAt,
            event.message.time < finishedAt.advanced(by: watch.access.timing.grace)
        {
            // The list was faster than the event: this end was told of.
            return
        }
        if run == nil { beginRun(watch) }
        await finishRun(at: event.message.time, watch)
        if case .found(let inspection) = await inspect(watch) { await adopt(inspection, watch) }
        // A policy may have begun the next run already, whose `start` is on its way.
        knowledge?.inspect.state.isRunning = false
        knowledge?.endIsSynthetic = false
        await emit(event, watch)
    }

    // MARK: Runs

    private func beginRun(_ watch: Watch) {
        let endIsWaiting = watch.items.contains { item in
            if case .event(let event) = item { event.message.action == .die } else { false }
        }
        let run = ContainerRun(
            startedAt: knowledge?.inspect.state.startedAt,
            beginning: runBeginning,
            isTTY: knowledge?.inspect.config.isTTY ?? false,
            isFollowed: !endIsWaiting,
            suspect: { watch.items.put(.verify) }
        )
        runBeginning = .all
        self.run = run
        watch.logRuns.put(run)
        if !endIsWaiting { watch.statsRuns.put(run) }
    }

    /// Waits for the run's last lines, for a limited time: those that come later follow the `die`.
    private func finishRun(at time: Timestamp?, _ watch: Watch) async {
        guard let run else { return }
        run.end(at: time)
        self.run = nil
        _ = await run.drained.wait(atMost: watch.access.timing.drain, clock: watch.access.clock)
    }

    // MARK: Reconciling

    /// Compares what is known with what the engine says now, and makes up the events that must have been.
    private func reconcile(_ watch: Watch) async {
        isSuspect = false
        guard let known = knowledge else { return await introduce(.overlooked, watch) }
        switch await inspect(watch) {
        case .found(let inspection): await reconcile(known, with: inspection, watch)
        case .gone: await reconcileGone(known, watch)
        case nil: return
        }
    }

    private func reconcile(_ known: Knowledge, with inspection: Inspection, _ watch: Watch) async {
        let new = inspection.container
        let synthetic = SyntheticEvent(id: id, inspect: new)
        let isNewRun = known.isOlderRun(than: new)
        if known.isRunning, isNewRun {
            // The exit code of the run before is not known any more.
            await endMadeUp(new, exitCode: nil, watch)
        }
        await adopt(inspection, watch)
        if isNewRun, let startedAt = new.state.startedAt {
            await emit(synthetic.make("start", at: startedAt), watch)
            knowledge?.startIsSynthetic = true
            beginRun(watch)
            if knowledge?.isRunning == false { await endMadeUp(new, exitCode: new.state.exitCode, watch) }
        } else if known.isRunning, knowledge?.isRunning == false {
            await endMadeUp(new, exitCode: new.state.exitCode, watch)
        } else if knowledge?.isRunning == true, run == nil {
            beginRun(watch)
        }
        await reconcileRest(known, new, watch)
    }

    /// Makes up what may have happened beside starts and ends.
    private func reconcileRest(_ known: Knowledge, _ new: ContainerInspect, _ watch: Watch) async {
        let synthetic = SyntheticEvent(id: id, inspect: new)
        let now = watch.access.wall.now()
        if known.inspect.name != new.name {
            let old = ["oldName": "/" + known.inspect.name]
            await emit(synthetic.make("rename", at: now, extra: old), watch)
        }
        if known.inspect.state.isPaused != new.state.isPaused, new.state.isRunning {
            await emit(synthetic.make(new.state.isPaused ? "pause" : "unpause", at: now), watch)
        }
        if let health = new.state.health, health != known.inspect.state.health, health != "starting" {
            await emit(synthetic.make("health_status: " + health, at: now), watch)
        }
    }

    private func reconcileGone(_ known: Knowledge, _ watch: Watch) async {
        guard !isGone else { return }
        if known.isRunning { await endMadeUp(known.inspect, exitCode: nil, watch) }
        let synthetic = SyntheticEvent(id: id, inspect: known.inspect)
        await emit(synthetic.make("destroy", at: watch.access.wall.now()), watch)
        isGone = true
    }

    /// Ends the run as its `die` would have.
    private func endMadeUp(_ inspect: ContainerInspect, exitCode: Int?, _ watch: Watch) async {
        if run == nil { beginRun(watch) }
        var time = inspect.state.finishedAt ?? watch.access.wall.now()
        if let startedAt = run?.startedAt { time = max(time, startedAt) }
        await finishRun(at: time, watch)
        let extra = exitCode.map { ["exitCode": String($0)] } ?? [:]
        await emit(SyntheticEvent(id: id, inspect: inspect).make("die", at: time, extra: extra), watch)
        knowledge?.inspect.state.isRunning = false
        knowledge?.endIsSynthetic = true
    }

    // MARK: Parts

    /// Asks the engine; `nil` when it does not answer.
    private func inspect(_ watch: Watch) async -> InspectAnswer? {
        do {
            return try await watch.access.inspect(id)
        } catch {
            watch.access.logger.debug(
                "inspect failed",
                metadata: ["container.id": "\(id.short)", "error": "\(error)"]
            )
            return nil
        }
    }

    private func adopt(_ inspection: Inspection, _ watch: Watch) async {
        let old = knowledge
        knowledge = Knowledge(
            inspect: inspection.container,
            startIsSynthetic: old?.startIsSynthetic ?? false,
            endIsSynthetic: old?.endIsSynthetic ?? false
        )
        await watch.access.emit(.container(ContainerRecord(container: id, raw: inspection.raw)))
    }

    private func emit(_ event: IncomingEvent?, _ watch: Watch) async {
        guard let event else { return }
        await watch.access.emit(event.fact)
    }
}
