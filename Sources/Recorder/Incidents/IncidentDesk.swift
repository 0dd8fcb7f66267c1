// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// What the flight recorder's thread does: incident files are opened, written and ended here.
///
/// It blocks on the disk and asks no clock: monotonic nanoseconds and the wall time are passed in.
struct IncidentDesk {
    /// What others want to know of.
    enum Report: Sendable {
        case opened(Incident, path: String)
        case ended(path: String, bytes: UInt64)
        case failed(String)
    }

    let options: RecorderOptions
    let limits: IncidentLimits
    let ledger: RecordingLedger
    private var watch = IncidentWatch()
    private var policy: IncidentPolicy
    private var files: [IncidentFile] = []
    private(set) var status = IncidentStatus()
    private var reports: [Report] = []

    init(options: RecorderOptions, limits: IncidentLimits, ledger: RecordingLedger) {
        self.options = options
        self.limits = limits
        self.ledger = ledger
        policy = IncidentPolicy(limits)
    }

    /// Whether the time matters: a file is open, or a verdict is waited for.
    var isBusy: Bool { !files.isEmpty || watch.isWaiting }

    mutating func takeReports() -> [Report] {
        defer { reports = [] }
        return reports
    }

    /// Takes a sign.
    mutating func take(_ sign: IncidentSign, now: Int64, wall: Timestamp) {
        if let trigger = watch.take(sign) { act(on: trigger, now: now, wall: wall) }
    }

    /// Begins the recording that a client asked for.
    mutating func take(
        _ request: RecordingRequest,
        now: Int64,
        wall: Timestamp
    ) throws(RecordingRefusal) -> RequestedRecording {
        guard files.count(where: \.isRequested) < IncidentLimits.requestLimit else {
            throw .tooMany(IncidentLimits.requestLimit)
        }
        let trigger = IncidentTrigger(
            cause: .request,
            name: request.name ?? "observer",
            time: wall,
            message: "A client asked for it."
        )
        let from = wall.advanced(byNanoseconds: -request.before.wholeNanoseconds)
        let until = wall.advanced(byNanoseconds: min(request.after, limits.longest).wholeNanoseconds)
        do {
            let file = try open(trigger, from: from, until: until, now: now, wall: wall)
            return RequestedRecording(file: file.name, from: file.from, until: until)
        } catch { throw .failed(error.description) }
    }

    /// Writes what was recorded meanwhile, and ends what is over.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - wall: The wall time.
    ///   - isLast: Whether nothing more will be recorded.
    /// - Returns: Whether there may be more to do at once.
    mutating func step(now: Int64, wall: Timestamp, isLast: Bool) -> Bool {
        for trigger in watch.due(at: wall) { act(on: trigger, now: now, wall: wall) }
        var hasMore = false
        for index in files.indices.reversed() {
            do {
                switch try files[index].step(now: now, wall: wall, isLast: isLast) {
                case .more: hasMore = true
                case .upToDate: break
                case .ended:
                    do { try end(index, now: now) } catch {
                        // Its descriptor is closed by then, whatever went wrong.
                        reports.append(.failed("\(files[index].path) ends without its index: \(error)"))
                        close(index)
                    }
                }
            } catch {
                // What was written is a good file, if a short one.
                reports.append(.failed("\(files[index].path) ends early: \(error)"))
                files[index].abandon()
                close(index)
            }
        }
        return hasMore
    }

    /// Ends all files where they are.
    mutating func finish(now: Int64) {
        for index in files.indices.reversed() {
            reports.append(.failed("\(files[index].path) ends early: the observer was stopped before all was written"))
            do { try end(index, now: now) } catch { close(index) }
        }
    }

    // MARK: Files

    private mutating func act(on trigger: IncidentTrigger, now: Int64, wall: Timestamp) {
        switch policy.take(trigger) {
        case .ignore: return
        case .prolong(let until):
            for index in files.indices where !files[index].isRequested { files[index].until = until }
        case .open(let until):
            let from = trigger.time.advanced(byNanoseconds: -limits.before.wholeNanoseconds)
            do { _ = try open(trigger, from: from, until: until, now: now, wall: wall) } catch {
                policy.failed(trigger)
                status.failed += 1
                reports.append(.failed("no incident recording of \(trigger.name), \(trigger.cause): \(error)"))
            }
        }
    }

    private mutating func open(
        _ trigger: IncidentTrigger,
        from: Timestamp,
        until: Timestamp,
        now: Int64,
        wall: Timestamp
    ) throws(RecordingError) -> IncidentFile {
        let file = try IncidentFile(
            trigger,
            from: from,
            until: until,
            limits: limits,
            options: options,
            ledger: ledger,
            now: now,
            wall: wall
        )
        files.append(file)
        status.opened += 1
        if trigger.cause != .request { status.lastTrigger = trigger.time }
        status.paths.insert(file.path)
        let incident = Incident(
            container: trigger.container,
            trigger: trigger.cause.description,
            file: file.name,
            message: "An incident recording was opened, \(file.name): \(trigger.message)"
        )
        reports.append(.opened(incident, path: file.path))
        return file
    }

    private mutating func end(_ index: Int, now: Int64) throws(RecordingError) {
        try files[index].finish(now: now)
        reports.append(.ended(path: files[index].path, bytes: files[index].size))
        close(index)
    }

    private mutating func close(_ index: Int) {
        let file = files.remove(at: index)
        status.paths.remove(file.path)
        if !file.isRequested { policy.ended() }
    }
}
