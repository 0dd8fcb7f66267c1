// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bytes
import Observer
import ObserverModel
import Recorder
import Server

/// `observer cat`: print what a recording holds.
struct CatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat",
        abstract: "Print the messages of recordings as JSON Lines, the same bytes as in live.",
        discussion: """
            EXAMPLES
              observer cat incident.zst | jq -c 'select(.type == "event")'
              observer cat incident.zst --level ERROR --since @incident-1m
              observer cat --raw incident.zst             the observations as recorded
              observer cat --follow /var/lib/observer/    what is recorded, as it comes
            """
    )

    @Argument(help: ArgumentHelp("Recordings of one run, or a folder of them.", valueName: "file"))
    var files: [String]

    @OptionGroup(title: "Choosing messages")
    var filter: FilterOptions

    @Flag(name: .long, help: "Print observations instead of messages; filters do not apply.")
    var raw = false

    @Flag(name: .shortAndLong, help: "Go on while it is being written, also in the files that follow in a folder.")
    var follow = false

    func run() throws {
        let environment = Environment.process
        do {
            let recording = try RecordingSet(paths: files)
            let parameters = filter.parameters(environment)
            guard !raw else {
                guard parameters.isEmpty else { throw CommandFailure.usage("--raw takes no filters") }
                return follow ? try followLines(recording) : try printLines(recording)
            }
            let times = try recording.timeReference()
            var sieve: MessageSieve
            do { sieve = try MessageSieve(parameters: parameters, times: times) } catch {
                throw CommandFailure.usage(error.description)
            }
            follow ? try followMessages(recording, &sieve) : try printMessages(recording, &sieve)
        } catch let error as RecordingError {
            throw CommandFailure.usage(error.description)
        }
    }

    private func printLines(_ recording: RecordingSet) throws {
        let reader = try RecordingReader(recording)
        while let batch = try reader.next() {
            guard StandardOutput.write(batch.content) else { return }
        }
        warn(reader.takeDamage().map(\.description))
    }

    private func printMessages(_ recording: RecordingSet, _ sieve: inout MessageSieve) throws {
        var messages = try RecordedMessages(recording)
        while let batch = try messages.next() {
            var bytes: [UInt8] = []
            sieve.select(batch, into: &bytes)
            guard bytes.isEmpty || StandardOutput.write(bytes[...]) else { return }
        }
        warn(messages.damage)
    }

    // MARK: While it is being written

    private func followLines(_ recording: RecordingSet) throws {
        var follower = try RecordingFollower(recording, folders: files)
        while let lines = try follower.next() {
            guard StandardOutput.write(lines) else { return }
        }
        warn([follower.ending])
    }

    private func followMessages(_ recording: RecordingSet, _ sieve: inout MessageSieve) throws {
        var follower = try RecordingFollower(recording, folders: files)
        var parser = LineParser()
        var projector = Projector()
        while let lines = try follower.next() {
            var bytes: [UInt8] = []
            var batch = ObservationBatch()
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                switch try parser.parse(line) {
                case .observation(let observation): batch.append(observation)
                case .snapshot(let snapshot, _):
                    sieve.select(projector.project(batch), into: &bytes)
                    batch = []
                    guard snapshot.projection == Projection.version, snapshot.number > projector.state.number else {
                        continue
                    }
                    projector = try Projector(snapshot: snapshot.json[...])
                case .unknown: continue
                }
            }
            sieve.select(projector.project(batch), into: &bytes)
            guard bytes.isEmpty || StandardOutput.write(bytes[...]) else { return }
        }
        warn([follower.ending])
    }

    private func warn(_ damage: [String]) {
        for damage in damage { StandardError.write("observer: \(damage)\n") }
    }
}

extension MessageSieve {
    /// Appends the chosen messages, a newline behind each.
    fileprivate mutating func select(_ batch: MessageBatch, into bytes: inout [UInt8]) {
        for message in select(batch) {
            bytes += message
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

/// The messages that a recording's observations make, in order.
struct RecordedMessages {
    private let feed: RecordingFeed
    private var projector = Projector()
    /// What could not be read so far.
    private(set) var damage: [String] = []

    init(_ recording: RecordingSet) throws {
        feed = try RecordingFeed(recording, projection: Projection.version)
        if let snapshot = try feed.seek(to: feed.range.lowerBound).snapshot {
            projector = try Projector(snapshot: snapshot.json[...])
        }
    }

    /// The next messages; `nil` at the end.
    mutating func next() throws -> MessageBatch? {
        while let item = try feed.next() {
            switch item {
            case .observations(let batch): return projector.project(batch)
            case .state(let snapshot, _): projector = try Projector(snapshot: snapshot.json[...])
            case .damage(let text): damage.append(text)
            }
        }
        return nil
    }
}
