// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPCore
internal import Observer
internal import ObserverModel

/// What the routes answer from.
struct ObserverAPI: Sendable {
    /// How many answers to `GET /logs` may be on their way at once.
    ///
    /// Each holds on to 16 MiB of history at most, also
    /// when it has been evicted meanwhile, for as long as its client takes to read it.
    static let pageLimit = 16

    let source: SourceDescription
    let capabilities: SourceCapabilities
    let playback: (any PlaybackControl)?
    let pipeline: Pipeline
    let hub: Hub
    let recorder: (any RecorderStanding)?
    let archive: (any MessageArchive)?
    let past: (any StateArchive)?
    let shelf: (any RecordingShelf)?
    let incidents: (any IncidentStanding)?
    let faults: (any FaultControl)?
    let gate: (any InputGate)?
    let version: String
    let bodyBytes: Int
    let clock: any ObserverClock
    let start: Timestamp
    let timeline: TimeReference?
    let uptime: Stopwatch
    let anomalies: RateLimit
    let markLimit: RateLimit
    let marks = MarkBook()
    let pages = Seats(ObserverAPI.pageLimit)
    let downloads = Seats(ObserverAPI.downloadLimit)
    let counters = RequestCounters()
    let refusals: RefusalLog

    init(
        source: SourceDescription,
        capabilities: SourceCapabilities,
        playback: (any PlaybackControl)?,
        pipeline: Pipeline,
        hub: Hub,
        recorder: (any RecorderStanding)?,
        archive: (any MessageArchive)?,
        past: (any StateArchive)?,
        shelf: (any RecordingShelf)?,
        incidents: (any IncidentStanding)?,
        faults: (any FaultControl)?,
        gate: (any InputGate)?,
        configuration: ServerConfiguration,
        clock: any ObserverClock,
        timeline: TimeReference?,
        monotonic: any Clock<Duration>,
        refusals: RefusalLog
    ) {
        self.source = source
        self.capabilities = capabilities
        self.playback = playback
        self.pipeline = pipeline
        self.hub = hub
        self.recorder = recorder
        self.archive = archive
        self.past = past ?? archive
        self.shelf = shelf
        self.incidents = incidents
        self.faults = faults
        self.gate = gate
        self.clock = clock
        self.timeline = timeline
        start = timeline?.start ?? clock.now()
        self.refusals = refusals
        version = configuration.version
        bodyBytes = configuration.limits.bodyBytes
        uptime = Stopwatch(monotonic)
        anomalies = RateLimit(rate: configuration.anomaliesPerSecond, clock: monotonic)
        markLimit = RateLimit(rate: configuration.marksPerSecond, clock: monotonic)
    }

    /// How things stand as of the last observation.
    var standing: Standing {
        get async {
            var standing = await pipeline.standing
            standing.recorderProblem = recorder?.status.problem
            return standing
        }
    }

    /// What relative times in parameters refer to.
    var times: TimeReference {
        var marks = (timeline?.marks ?? [:]).merging(marks.times) { $1 }
        if let incident = incidents?.status.lastTrigger { marks["incident"] = incident }
        return TimeReference(now: timeline?.now ?? clock.now(), start: start, marks: marks)
    }
}

/// What is asked of the state often, without a copy of it that the pipeline would have to make.
struct Standing: Sendable {
    var engine: EngineStanding
    var running: Int
    /// The time of the last observation.
    var time: Timestamp?
    /// Why nothing is recorded though it should be.
    var recorderProblem: String?

    /// Why the observer cannot do all that it should; none when it can.
    var problems: [String] {
        var problems: [String] = []
        if !engine.isConnected {
            problems.append(engine.message.isEmpty ? "The engine has not been reached yet." : engine.message)
        }
        if let recorderProblem { problems.append("Nothing is recorded: \(recorderProblem)") }
        return problems
    }
}

extension Pipeline {
    /// How things stand as of the last observation.
    var standing: Standing {
        let state = state
        return Standing(engine: state.engine, running: state.runningCount, time: state.time)
    }
}
