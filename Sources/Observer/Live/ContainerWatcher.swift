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

    /// What the observer has told of the container, which an inspect may be ahead of: the event is on its way then.
    struct Told: Sendable {
        /// Whether the last of `start` and `die` was a `start`.
        var isRunning = false
        /// The time at which the run began whose `start` was told last.
        var startedAt: Timestamp?
        /// Whether the last `start` was made up, or the container found running.
        var startIsSynthetic = false
        /// Whether the last `die` was made up.
        var endIsSynthetic = false

        /// Whether an inspect shows a run of which no `start` was told.
        func isBehind(_ inspect: ContainerInspect) -> Bool {
            guard let startedAt = inspect.state.startedAt else { return false }
            // Unknown where an inspect failed at the start; what runs then is taken for the run that was told of.
            guard let told = self.startedAt else { return !isRunning }
            return startedAt != told
        }
    }

    nonisolated let id: ContainerID
    private let reader: LogReader
    private(set) var inspect: ContainerInspect?
    private var told = Told()
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
            guard case .found(let inspection) = await ask(watch) else { return }
            await adopt(inspection, watch)
            let state = inspection.container.state
            told.startedAt = state.startedAt
            told.isRunning = state.isRunning && !state.isRestarting
            // A `start` that is still on its way tells nothing new of a container that was found running.
            told.startIsSynthetic = told.isRunning
            if told.isRunning { beginRun(watch) }
            runBeginning = .all
        case .overlooked:
            runBeginning = .all
            guard case .found(let inspection) = await ask(watch) else { return }
            await adopt(inspection, watch)
            await emitOverlookedLife(inspection.container, watch)
        }
    }

    /// Makes up the events of a container that came, and perhaps went, while nobody looked.
    private func emitOverlookedLife(_ inspect: ContainerInspect, _ watch: Watch) async {
        let synthetic = SyntheticEvent(id: id, inspect: inspect)
        let created = inspect.created ?? watch.access.wall.now()
        await emit(synthetic.make("create", at: created), watch)
        if inspect.state.startedAt != nil { await startMadeUp(inspect, watch) }
    }

    // MARK: Items

    private func handle(_ item: Item, _ watch: Watch) async {
        switch item {
        case .event(let event):
            await handle(event, watch)
        case .listed(let state, let name):
            guard let known = inspect, !differs(known, state: state, name: name) else { return await suspect(watch) }
            isSuspect = false
            if told.isRunning, run == nil { beginRun(watch) }
        case .missing:
            await suspect(watch)
        case .verify:
            await reconcile(watch)
        }
    }

    private func differs(_ known: ContainerInspect, state: String, name: String) -> Bool {
        guard known.name == name else { return true }
        return switch state {
        case "running": !told.isRunning || known.state.isPaused
        case "paused": !told.isRunning || !known.state.isPaused
        default: told.isRunning
        }
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
        if inspect == nil { await meet(event, watch) }
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
            if case .found(let inspection) = await ask(watch) { await adopt(inspection, watch) }
        case .pause, .unpause:
            inspect?.state.isPaused = event.message.action == .pause
            await emit(event, watch)
        case .healthStatus:
            inspect?.state.health = event.message.health
            await emit(event, watch)
        default:
            await emit(event, watch)
        }
    }

    /// Makes the acquaintance of a container through its first event: no observation of it precedes its inspect.
    private func meet(_ event: IncomingEvent, _ watch: Watch) async {
        if case .found(let inspection) = await ask(watch) { return await adopt(inspection, watch) }
        // It is gone already: what the event says of it must do.
        guard let json = ContainerInspect.json(from: event.message),
            let container = try? ContainerInspect(json: json[...])
        else { return }
        await adopt(Inspection(container: container, raw: json[...]), watch)
    }

    private func handleStart(_ event: IncomingEvent, _ watch: Watch) async {
        let answer = await ask(watch)
        var startedAt: Timestamp?
        if case .found(let inspection) = answer { startedAt = inspection.container.state.startedAt }
        // The list may have been faster than the event; then this start was told of.
        if told.startIsSynthetic, told.isRunning, startedAt != nil, startedAt == told.startedAt { return }
        await finishRun(at: event.message.time, watch)
        await emit(event, watch)
        if case .found(let inspection) = answer { await adopt(inspection, watch) }
        told = Told(isRunning: true, startedAt: startedAt)
        beginRun(watch)
    }

    private func handleDie(_ event: IncomingEvent, _ watch: Watch) async {
        if told.endIsSynthetic, !told.isRunning, let finishedAt = inspect?.state.finishedAt,
            event.message.time < finishedAt.advanced(by: watch.access.timing.grace)
        {
            // The list was faster than the event: this end was told of.
            return
        }
        if run == nil { beginRun(watch) }
        await finishRun(at: event.message.time, watch)
        if case .found(let inspection) = await ask(watch) { await adopt(inspection, watch) }
        told.isRunning = false
        told.endIsSynthetic = false
        await emit(event, watch)
    }

    // MARK: Runs

    private func beginRun(_ watch: Watch) {
        let endIsWaiting = watch.items.contains { item in
            if case .event(let event) = item { event.message.action == .die } else { false }
        }
        let run = ContainerRun(
            startedAt: told.startedAt,
            beginning: runBeginning,
            isTTY: inspect?.config.isTTY ?? false,
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
        guard let known = inspect else { return await introduce(.overlooked, watch) }
        switch await ask(watch) {
        case .found(let inspection): await reconcile(known, with: inspection, watch)
        case .gone: await reconcileGone(known, watch)
        case nil: return
        }
    }

    private func reconcile(_ known: ContainerInspect, with inspection: Inspection, _ watch: Watch) async {
        let new = inspection.container
        let isRunning = new.state.isRunning && !new.state.isRestarting
        if told.isBehind(new) {
            // The exit code of the run before is not known any more.
            if told.isRunning { await endMadeUp(new, exitCode: nil, watch) }
            await adopt(inspection, watch)
            await startMadeUp(new, watch)
        } else {
            await adopt(inspection, watch)
            if told.isRunning, !isRunning {
                await endMadeUp(new, exitCode: new.state.exitCode, watch)
            } else if told.isRunning, run == nil {
                beginRun(watch)
            }
        }
        await reconcileRest(known, new, watch)
    }

    /// Makes up what may have happened beside starts and ends.
    private func reconcileRest(_ known: ContainerInspect, _ new: ContainerInspect, _ watch: Watch) async {
        let synthetic = SyntheticEvent(id: id, inspect: new)
        let now = watch.access.wall.now()
        if known.name != new.name {
            let old = ["oldName": "/" + known.name]
            await emit(synthetic.make("rename", at: now, extra: old), watch)
        }
        if known.state.isPaused != new.state.isPaused, new.state.isRunning {
            await emit(synthetic.make(new.state.isPaused ? "pause" : "unpause", at: now), watch)
        }
        if let health = new.state.health, health != known.state.health, health != "starting" {
            await emit(synthetic.make("health_status: " + health, at: now), watch)
        }
    }

    private func reconcileGone(_ known: ContainerInspect, _ watch: Watch) async {
        guard !isGone else { return }
        if told.isRunning { await endMadeUp(known, exitCode: nil, watch) }
        let synthetic = SyntheticEvent(id: id, inspect: known)
        await emit(synthetic.make("destroy", at: watch.access.wall.now()), watch)
        isGone = true
    }

    /// Begins the run as its `start` would have, and ends it when it is over already.
    private func startMadeUp(_ inspect: ContainerInspect, _ watch: Watch) async {
        let startedAt = inspect.state.startedAt ?? watch.access.wall.now()
        await emit(SyntheticEvent(id: id, inspect: inspect).make("start", at: startedAt), watch)
        told = Told(isRunning: true, startedAt: startedAt, startIsSynthetic: true)
        beginRun(watch)
        guard !inspect.state.isRunning || inspect.state.isRestarting else { return }
        await endMadeUp(inspect, exitCode: inspect.state.exitCode, watch)
    }

    /// Ends the run as its `die` would have.
    private func endMadeUp(_ inspect: ContainerInspect, exitCode: Int?, _ watch: Watch) async {
        if run == nil { beginRun(watch) }
        var time = inspect.state.finishedAt ?? watch.access.wall.now()
        if let startedAt = run?.startedAt { time = max(time, startedAt) }
        await finishRun(at: time, watch)
        let extra = exitCode.map { ["exitCode": String($0)] } ?? [:]
        await emit(SyntheticEvent(id: id, inspect: inspect).make("die", at: time, extra: extra), watch)
        told.isRunning = false
        told.endIsSynthetic = true
    }

    // MARK: Parts

    /// Asks the engine; `nil` when it does not answer.
    private func ask(_ watch: Watch) async -> InspectAnswer? {
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
        inspect = inspection.container
        await watch.access.emit(.container(ContainerRecord(container: id, raw: inspection.raw)))
    }

    private func emit(_ event: IncomingEvent?, _ watch: Watch) async {
        guard let event else { return }
        await watch.access.emit(event.fact)
    }
}
