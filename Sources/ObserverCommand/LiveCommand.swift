// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DockerAPI
import EngineClient
import Logging
import Observer
import ObserverModel
import Redaction
import Server

/// `observer live`: observe a real engine.
struct LiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Observe a Docker engine and serve what happens.",
        discussion: """
            Connects to the engine and serves the logs, lifecycle events and resource use
            of its containers over HTTP and WebSocket. It only reads: the engine gets GET
            and HEAD requests, nothing else. When the engine is not there, or goes away,
            it waits and goes on by itself.

            The engine is the one of --docker-host, else of DOCKER_HOST, else of the
            current docker context, else unix:///var/run/docker.sock. DOCKER_TLS_VERIFY
            and DOCKER_CERT_PATH are honoured.

            EXAMPLES
              observer live                          all containers of this machine
              observer live --container 'shop-*'     only those whose name matches
              observer live --label com.docker.compose.project=shop --exclude '*-debug'
              observer live --host 0.0.0.0 --token-file token.txt
              observer live --record recordings/     record everything
              observer live --flight-recorder 15m    keep 15 minutes, and each incident
              curl -s localhost:8001/containers      ask what runs
              observer tail                          follow it in another terminal
            """
    )

    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp(
            "The engine: unix:///path, tcp://host:port. [env: OBSERVER_DOCKER_HOST, DOCKER_HOST]",
            valueName: "url"
        )
    )
    var dockerHost: String?

    @OptionGroup(title: "Choosing containers")
    var selection: SelectionOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How many lines to read of containers that run already. [env: OBSERVER_BACKLOG, default: 100]",
            valueName: "lines"
        )
    )
    var backlog: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The time between two samples of CPU and memory, 1s to 1h; 0 takes none. [env: OBSERVER_STATS_INTERVAL, default: 1s]",
            valueName: "time"
        )
    )
    var statsInterval: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The longest line that is delivered in one piece, 1KiB to 16MiB. [env: OBSERVER_MAX_LINE, default: 256KiB]",
            valueName: "size"
        )
    )
    var maxLine: String?

    @Flag(
        name: .long,
        help: "Keep the values of containers' environments, which are masked otherwise. [env: OBSERVER_KEEP_ENV]"
    )
    var keepEnv = false

    @OptionGroup(title: "Redacting, before anybody sees it")
    var redaction: RedactOptions

    @OptionGroup(title: "Recording")
    var recording: RecordOptions

    @OptionGroup(title: "Serving")
    var serving: ServeOptions

    func run() async throws {
        let environment = Environment.process
        let settings = try ServeSettings(serving, environment: environment)
        let clock = LiveClock()
        let logger = Logger.observer(level: settings.logLevel, clock: clock)
        let endpoint: EngineEndpoint
        let client: DockerClient
        do {
            endpoint = try EngineEndpoint.resolve(
                flag: environment.text(dockerHost, "OBSERVER_DOCKER_HOST"),
                environment: environment.all
            )
            var configuration = DockerClient.Configuration()
            configuration.userAgent = "sentinell-observer/\(Version.text)"
            client = try DockerClient(endpoint: endpoint, configuration: configuration, logger: logger)
        } catch {
            throw CommandFailure.usage(error.description)
        }
        defer { client.shutdown() }
        let run = RunName.make(at: clock.now(), random: UInt32.random(in: .min ... .max))
        let live = LiveSource(
            client: client,
            options: try liveOptions(environment),
            run: run,
            wall: clock,
            logger: logger
        )
        let source: any ObservationSource =
            try redaction.redactor(environment).map { RedactedSource(live, redactor: $0) } ?? live
        try await Serving(
            source: source,
            settings: settings,
            clock: clock,
            engine: endpoint.description,
            recording: try recording.plan(environment, run: run, mode: source.description.mode),
            logger: logger
        )
        .run()
    }

    private func liveOptions(_ environment: Environment) throws -> LiveOptions {
        var options = LiveOptions()
        options.selection = try selection.selection(environment)
        options.selection.own = OwnContainer.candidates(
            mountInfo: TextFile.read("/proc/self/mountinfo", limit: 4 << 20) ?? "",
            cgroup: TextFile.read("/proc/self/cgroup", limit: 1 << 20) ?? "",
            isContainer: TextFile.read("/.dockerenv", limit: 1 << 20) != nil,
            hostname: TextFile.read("/etc/hostname", limit: 4096)?[...].trimmed ?? ""
        )
        options.backlog =
            try environment.integer(backlog, "OBSERVER_BACKLOG", in: 0...1_000_000, option: "--backlog")
            ?? options.backlog
        if let text = environment.text(statsInterval, "OBSERVER_STATS_INTERVAL") {
            guard let interval = Measures.duration(text),
                interval == .zero || (.seconds(1)...(.seconds(3600))).contains(interval)
            else {
                throw CommandFailure.usage("--stats-interval is \"\(text)\"; it takes 1s to 1h, or 0 for none")
            }
            options.statsInterval = interval
        }
        if let text = environment.text(maxLine, "OBSERVER_MAX_LINE") {
            guard let size = Measures.bytes(text), (1024...(16 << 20)).contains(size) else {
                throw CommandFailure.usage("--max-line is \"\(text)\"; it takes 1KiB to 16MiB, such as 256KiB")
            }
            options.maximumLine = size
        }
        options.keepsEnvironment = try environment.flag(keepEnv, "OBSERVER_KEEP_ENV")
        return options
    }
}

/// The options that choose containers, the same everywhere.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A container's name, or a pattern with * ? [a-z]. Repeatable. [env: OBSERVER_CONTAINER]",
            valueName: "glob"
        )
    )
    var container: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A label that containers must have, KEY=VALUE or KEY. Repeatable; all must be there. [env: OBSERVER_LABEL]",
            valueName: "label"
        )
    )
    var label: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A name or pattern of containers to leave out. Repeatable. [env: OBSERVER_EXCLUDE]",
            valueName: "glob"
        )
    )
    var exclude: [String] = []

    func selection(_ environment: Environment) throws -> ContainerSelection {
        ContainerSelection(
            included: try Self.globs(environment.list(container, "OBSERVER_CONTAINER"), option: "--container"),
            labels: environment.list(label, "OBSERVER_LABEL").map { ContainerSelection.LabelCondition($0) },
            excluded: try Self.globs(environment.list(exclude, "OBSERVER_EXCLUDE"), option: "--exclude")
        )
    }

    private static func globs(_ texts: [String], option: String) throws -> [Glob] {
        try texts.map { text in
            guard let glob = Glob(text) else {
                throw CommandFailure.usage("\(option) \"\(text)\" \(Glob.rule)")
            }
            return glob
        }
    }
}
