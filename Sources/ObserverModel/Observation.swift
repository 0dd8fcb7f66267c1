// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// One immutable fact that was observed.
///
/// A source makes observations without a number and, in live, without a time; the pipeline's sequencer gives them.
/// Observations from a recording have both.
public struct Observation: Sendable {
    /// The observation's number `n`, from 1, rising strictly within a run; 0 before it has one.
    public var number: UInt64
    /// The time `t` at which it was observed.
    public var time: Timestamp
    /// What was observed.
    public var fact: Fact

    /// Makes an observation; number 0 says that the sequencer gives number and, where the source has none, time.
    public init(number: UInt64 = 0, time: Timestamp = Timestamp(nanoseconds: 0), fact: Fact) {
        self.number = number
        self.time = time
        self.fact = fact
    }
}

/// What an observation says: the kinds of lines that a recording holds.
public enum Fact: Sendable {
    /// A line, or a piece of one, that a container wrote.
    case log(LogLine)
    /// An event of the engine.
    case event(EngineEvent)
    /// A sample of a container's resource use.
    case stats(ContainerRecord)
    /// What the engine's inspect said of a container.
    case container(ContainerRecord)
    /// A change of the connection to the engine.
    case engine(EngineConnection)
    /// An object that a client posted.
    case anomaly(Anomaly)
    /// A mark that a client set.
    case mark(Mark)
    /// A client's call to the simulated engine.
    case command(Command)
    /// The settling of a `die`: the number of the observation that was the `die`.
    case settle(die: UInt64, container: ContainerID)
    /// Something that could not be had.
    case gap(Gap)
    /// An incident recording was opened.
    case incident(Incident)
}

/// Which of a container's two output streams a line came from.
public enum LogStream: UInt8, Sendable, Hashable {
    /// A stream type of the multiplexed format; a TTY has `stdout` alone.
    case stdout = 1
    /// The error stream.
    case stderr = 2

    /// The name in messages.
    public var name: StaticString {
        switch self {
        case .stdout: "stdout"
        case .stderr: "stderr"
        }
    }
}

/// A line of a container's log, or a piece of one over the limit.
public struct LogLine: Sendable, Hashable {
    /// The container that wrote it.
    public var container: ContainerID
    /// The engine's time of the line, of its first part where it had several (fact H6).
    public var timestamp: Timestamp
    /// The bytes up to the newline, which is left out.
    public var bytes: ArraySlice<UInt8>
    /// The stream that it was written to.
    public var stream: LogStream
    /// Whether the line goes on in the stream's next `LogLine`: a piece of a line over the limit.
    public var continues: Bool
    /// Whether the line was left without a newline when its run ended.
    public var isUnterminated: Bool

    /// Makes a line.
    public init(
        container: ContainerID,
        timestamp: Timestamp,
        stream: LogStream,
        bytes: ArraySlice<UInt8>,
        continues: Bool = false,
        isUnterminated: Bool = false
    ) {
        self.container = container
        self.timestamp = timestamp
        self.stream = stream
        self.bytes = bytes
        self.continues = continues
        self.isUnterminated = isUnterminated
    }
}

/// An event of the engine, in its own JSON.
public struct EngineEvent: Sendable, Hashable {
    /// The container that it is about, where there is one.
    public var container: ContainerID?
    /// The engine's JSON, minified, after redaction and otherwise untouched.
    public var raw: ArraySlice<UInt8>
    /// Whether the observer made it, from what a list or an inspect showed after events were lost.
    public var isSynthetic: Bool

    /// Makes an event.
    public init(container: ContainerID?, raw: ArraySlice<UInt8>, isSynthetic: Bool = false) {
        self.container = container
        self.raw = raw
        self.isSynthetic = isSynthetic
    }
}

/// What the engine says of a container: an inspect or a stats sample, in its own JSON.
public struct ContainerRecord: Sendable, Hashable {
    /// The container.
    public var container: ContainerID
    /// The engine's JSON, minified, after redaction and otherwise untouched.
    public var raw: ArraySlice<UInt8>

    /// Makes a record.
    public init(container: ContainerID, raw: ArraySlice<UInt8>) {
        self.container = container
        self.raw = raw
    }
}

/// A change of the connection to the engine.
public struct EngineConnection: Sendable, Hashable {
    /// Whether the engine can be reached.
    public enum State: UInt8, Sendable, Hashable {
        /// The engine answers.
        case connected
        /// The engine does not answer.
        case disconnected

        /// The name in messages.
        public var name: StaticString {
            switch self {
            case .connected: "connected"
            case .disconnected: "disconnected"
            }
        }
    }

    /// Whether the engine can be reached.
    public var state: State
    /// A sentence for a person.
    public var message: String
    /// The engine's answer to `/version`, minified, where it is connected and answered.
    public var version: ArraySlice<UInt8>?

    /// Makes a change of the connection.
    public init(state: State, message: String, version: ArraySlice<UInt8>? = nil) {
        self.state = state
        self.message = message
        self.version = version
    }
}

/// An object that a client posted to `/events/anomaly`.
public struct Anomaly: Sendable, Hashable {
    /// The object, minified; it was checked to be one.
    public var object: ArraySlice<UInt8>

    /// Makes an anomaly of an object's JSON.
    public init(object: ArraySlice<UInt8>) {
        self.object = object
    }
}

/// A named moment.
public struct Mark: Sendable, Hashable {
    /// The name that `@name` refers to.
    public var name: String
    /// What the mark is about.
    public var text: String

    /// Makes a mark.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// A client's call that changed a simulated engine.
public struct Command: Sendable, Hashable {
    /// The request's method.
    public var method: String
    /// The request's path and query.
    public var path: String
    /// The request's body.
    public var body: ArraySlice<UInt8>
    /// The response's status.
    public var status: Int
    /// The container that it was about, where there is one.
    public var container: ContainerID?

    /// Makes a command.
    public init(method: String, path: String, body: ArraySlice<UInt8>, status: Int, container: ContainerID? = nil) {
        self.method = method
        self.path = path
        self.body = body
        self.status = status
        self.container = container
    }
}

/// An incident recording that was opened.
public struct Incident: Sendable, Hashable {
    /// The container that it is about, where it is about one.
    public var container: ContainerID?
    /// What opened it: a cause of death, `unhealthy`, `engine_lost`, `anomaly`, or `request`.
    public var trigger: String
    /// The name of its file, without the folder.
    public var file: String
    /// A sentence for a person.
    public var message: String

    /// Makes an incident.
    public init(container: ContainerID? = nil, trigger: String, file: String, message: String) {
        self.container = container
        self.trigger = trigger
        self.file = file
        self.message = message
    }
}
