// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Observer

extension HTTPField.Name {
    /// The page's `next`, for JSON Lines, which have no place for it.
    static let observerNext = HTTPField.Name(constant: "Observer-Next")
    /// The page's `run`.
    static let observerRun = HTTPField.Name(constant: "Observer-Run")

    private init(constant name: String) {
        // Both names are tokens, so that the fallback is never taken.
        self = HTTPField.Name(name) ?? .server
    }
}

extension ObserverAPI {
    /// `GET /logs`.
    @Sendable func logs(_ call: Call) async throws -> Answer {
        let request = try PageRequest(parameters: try call.parameters, times: times)
        guard let seat = pages.take() else {
            throw Failure(
                .serviceUnavailable,
                "too_many_pages",
                "The limit of \(pages.count) answers of /logs at once is reached; ask again in a moment.",
                [.retryAfter: "1"]
            )
        }
        let page = try await Self.scan(hub, archive, request)
        let isLines = Self.acceptsLines(call.request.headers[values: .accept])
        var answer = Self.answer(page, as: isLines ? .lines : .object(run: hub.run), seat)
        answer.fields[.vary] = "Accept"
        if isLines {
            answer.fields[.observerRun] = hub.run
            if let next = page.next { answer.fields[.observerNext] = "\(next)" }
        }
        return answer
    }

    /// Reads history on a thread of the pool: it may take a tenth of a second.
    @concurrent
    private static func scan(
        _ hub: Hub,
        _ archive: (any MessageArchive)?,
        _ request: PageRequest
    ) async throws -> HistoryPage {
        guard let archive else { return try hub.page(request) }
        do { return try archive.page(request, run: hub.run, hub.resolved(request.filter)) } catch let error
            as ParameterError
        {
            throw error
        } catch { throw Failure(reading: error) }
    }

    private static func answer(_ page: HistoryPage, as form: PagePieces.Form, _ seat: Seats.Seat) -> Answer {
        var pieces = PagePieces(page, as: form)
        let type = form == .lines ? Answer.jsonLines : Answer.json
        let first = pieces.next() ?? ByteBuffer()
        let rest = pieces
        guard page.messages.count > 1, first.readableBytes >= PagePieces.pieceBytes else {
            var whole = first
            for var piece in rest { whole.writeBuffer(&piece) }
            return Answer(type: type, body: ResponseBody(byteBuffer: whole))
        }
        let body = ResponseBody { writer in
            try await writer.write(first)
            for piece in rest { try await writer.write(piece) }
            try await writer.finish(nil)
            // Given back when the page is no longer held.
            withExtendedLifetime(seat) {}
        }
        return Answer(type: type, body: body)
    }

    /// Whether a client that names JSON Lines wants them: not with `q=0`, and not less than plain JSON.
    static func acceptsLines(_ fields: [String]) -> Bool {
        var lines: Double?
        var json: Double?
        for part in fields.joined(separator: ",").split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let quality = words.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if words.first == Answer.jsonLines { lines = quality }
            if words.first == Answer.json { json = quality }
        }
        guard let lines, lines > 0 else { return false }
        return lines >= json ?? 0
    }
}
