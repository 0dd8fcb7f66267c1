// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import NIOPosix
internal import ObserverModel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension ObserverAPI {
    /// How many recordings are handed out at once: each holds a file and a piece of it.
    static let downloadLimit = 8
    /// How much of a recording is read at once: large enough that reading costs little beside sending.
    private static let pieceSize = 256 << 10
    /// How much of what was before may be asked for: a day.
    private static let longestBefore = Duration.seconds(86_400)
    /// How long a recording that is asked for may go on: as long as an incident.
    private static let longestAfter = Duration.seconds(3600)
    /// How long the name of a recording may be, in bytes.
    private static let nameLimit = 64

    /// `GET /recordings`.
    @Sendable func listRecordings(_ call: Call) async throws -> Answer {
        let recordings = try await offered().recordings()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("recordings")
        writer.beginArray()
        for recording in recordings { writer.recording(recording) }
        writer.endArray()
        writer.key("count")
        writer.integer(recordings.count)
        writer.endObject()
        return Answer(writer.bytes)
    }

    /// `GET /recordings/{file}`: the file's bytes, as many as it has now.
    @Sendable func recording(_ call: Call) async throws -> Answer {
        let name = try call.argument("file")
        guard let recording = try await offered().recording(named: name) else {
            throw Failure(
                .notFound,
                "recording_not_found",
                "There is no recording \(name.prefix(200)); GET /recordings lists those that are here."
            )
        }
        guard let seat = downloads.take() else {
            throw Failure(
                .serviceUnavailable,
                "too_many_downloads",
                "The limit of \(downloads.count) recordings at once is reached; ask again in a moment.",
                [.retryAfter: "5"]
            )
        }
        let file = try OpenRecording(recording.path)
        let body = ResponseBody(contentLength: file.size) { writer in
            var offset = 0
            while offset < file.size {
                let count = min(Self.pieceSize, file.size - offset)
                let from = offset
                let piece = try await NIOThreadPool.singleton.runIfActive { try file.read(from, count) }
                try await writer.write(piece)
                offset += count
            }
            try await writer.finish(nil)
            // Given back when the file is no longer read.
            withExtendedLifetime(seat) {}
        }
        var answer = Answer(type: "application/zstd", body: body)
        answer.fields[.contentDisposition] = "attachment; filename=\"\(recording.file)\""
        return answer
    }

    /// `POST /recordings`: keeps what was and what will be.
    @Sendable func postRecording(_ call: Call) async throws -> Answer {
        let shelf = try offered()
        let wanted = try await object(of: call, orEmpty: true).document.root
        let before = try Self.duration(wanted["before"], "before", atMost: Self.longestBefore) ?? .seconds(600)
        let after = try Self.duration(wanted["after"], "after", atMost: Self.longestAfter) ?? .seconds(120)
        let name = try Self.name(wanted["name"])
        do throws(ShelfRefusal) {
            let begun = try await shelf.record(name: name, before: before, after: after)
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("status")
            writer.string(plain: "recording")
            writer.key("file")
            writer.string(begun.file)
            writer.key("from")
            writer.time(begun.from)
            writer.key("until")
            writer.time(begun.until)
            writer.endObject()
            return Answer(status: .accepted, writer.bytes)
        } catch {
            throw Failure(error)
        }
    }

    private func offered() throws(Failure) -> any RecordingShelf {
        guard let shelf else {
            throw Failure(
                .notFound,
                "no_recordings",
                "This observer keeps no recordings: start it with --record PATH or --flight-recorder 15m."
            )
        }
        return shelf
    }

    private static func duration(
        _ value: JSONValue?,
        _ name: String,
        atMost limit: Duration
    ) throws(Failure) -> Duration? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string, let nanoseconds = TimeExpression.duration(text[...]),
            nanoseconds >= 0, .nanoseconds(nanoseconds) <= limit
        else {
            throw Failure(
                .badRequest,
                "bad_recording",
                "\"\(name)\" is a duration such as \"10m\", \(limit.components.seconds / 3600)h at most."
            )
        }
        return .nanoseconds(nanoseconds)
    }

    private static func name(_ value: JSONValue?) throws(Failure) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string, !text.isEmpty, text.utf8.count <= nameLimit,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") })
        else {
            throw Failure(
                .badRequest,
                "bad_recording",
                "\"name\" is a string of 1 to \(nameLimit) bytes without slashes and control characters."
            )
        }
        return text
    }
}

extension Failure {
    fileprivate init(_ refusal: ShelfRefusal) {
        switch refusal {
        case .notRecording:
            self.init(.conflict, "not_recording", "Nothing is recorded here: what is played is recorded already.")
        case .tooMany(let limit):
            self.init(
                .tooManyRequests,
                "too_many_recordings",
                "The limit of \(limit) recordings that clients asked for at once is reached.",
                [.retryAfter: "60"]
            )
        case .failed(let reason):
            self.init(.serviceUnavailable, "recording_failed", "The recording was not begun: \(reason).")
        }
    }
}

extension JSONWriter {
    fileprivate mutating func recording(_ recording: ShelvedRecording) {
        beginObject()
        key("file")
        string(recording.file)
        key("bytes")
        integer(recording.bytes)
        key("created")
        time(recording.created)
        key("run")
        string(recording.run)
        key("first")
        integer(recording.first)
        key("state")
        string(plain: recording.isBeingWritten ? "writing" : "ended")
        if let incident = recording.incident {
            key("incident")
            raw(incident[...])
        }
        endObject()
    }
}

/// A file that is handed out: what it had when it was opened.
private final class OpenRecording: Sendable {
    let size: Int
    private let path: String
    private let file: Int32

    init(_ path: String) throws {
        file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        self.path = path
        var status = stat()
        guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            let reason = String(cString: strerror(errno))
            if file >= 0 { close(file) }
            throw Failure(.serviceUnavailable, "recording_failed", "The recording cannot be read: \(reason).")
        }
        size = Int(status.st_size)
    }

    deinit { close(file) }

    /// Reads a piece that was there when the file was opened.
    func read(_ offset: Int, _ count: Int) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        var failure: Int32 = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
            var done = 0
            while done < count {
                // SAFETY: `done < count`, and the room has at least `count` bytes.
                let read = pread(file, room.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
                if read < 0, errno == EINTR { continue }
                guard read > 0 else {
                    failure = read < 0 ? errno : EIO
                    break
                }
                done += read
            }
            return done
        }
        guard failure == 0 else { throw IOError(errnoCode: failure, reason: "reading \(path)") }
        return buffer
    }
}
