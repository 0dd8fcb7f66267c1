// SPDX-License-Identifier: Apache-2.0

internal import HTTPCore
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// Answers every request: judges access, finds the route, and adds what all answers have in common.
struct RequestResponder: Sendable {
    /// How long a browser may remember what a preflight said, in seconds: a change of the options shows soon.
    private static let preflightSeconds = 600

    let policy: AccessPolicy
    let routes: RouteTable
    let counters: RequestCounters
    let refusals: RefusalLog
    let logger: Logger

    /// Answers a request.
    @concurrent
    func respond(to request: Request, _ writer: consuming ResponseWriter) async throws {
        let target = RequestTarget(request.head.path)
        let place = routes.resource(at: target)
        var origin: String?
        var answer: Answer
        switch policy.judge(AccessRequest(request.head, target: target)) {
        case .failure(let refusal):
            refusals.note(refusal, method: request.method.rawValue, path: String(target.path))
            origin = refusal.origin
            answer = Failure(refusal).answer
        case .success(let grant):
            origin = grant.origin
            answer = try await self.answer(request, target, place, grant)
        }
        decorate(&answer, origin: origin)
        let template = place?.resource.template ?? RequestCounters.unmatched
        counters.count(RequestCounters.Key(route: template, method: request.method, status: answer.status.code))
        let head = HTTPResponse(status: answer.status, headerFields: answer.fields)
        try await writer.write(response: head, body: answer.body)
    }

    private func answer(
        _ request: Request,
        _ target: RequestTarget,
        _ place: (resource: RouteTable.Resource, argument: Substring?)?,
        _ grant: AccessGrant
    ) async throws -> Answer {
        guard let place else {
            let path = target.path.prefix(200)
            return Failure(.notFound, "not_found", "There is nothing at \(path); GET /openapi.json says what there is.")
                .answer
        }
        let methods = place.resource.methods.joined(separator: ", ")
        if request.method == .options { return Self.options(request.head, methods) }
        guard let route = place.resource.route(request.method) else {
            let message = "\(place.resource.template) takes \(methods), not \(request.method.rawValue.prefix(40))."
            return Failure(.methodNotAllowed, "method_not_allowed", message, [.allow: methods]).answer
        }
        do {
            return try await route.answer(
                Call(request: request, target: target, grant: grant, argument: place.argument)
            )
        } catch let failure as Failure {
            return failure.answer
        } catch let error as ParameterError {
            return Failure(error).answer
        } catch is NIOTooManyBytesError {
            return Failure(.contentTooLarge, "body_too_large", "The body exceeds the limit.").answer
        }
    }

    private static func options(_ head: HTTPRequest, _ methods: String) -> Answer {
        guard head.isPreflight else { return Answer(noContent: [.allow: methods]) }
        return Answer(noContent: [
            .accessControlAllowMethods: methods,
            .accessControlAllowHeaders: "Accept, Authorization, Content-Type",
            .accessControlMaxAge: "\(preflightSeconds)",
        ])
    }

    /// Adds what every answer has: who may read it, that it is not kept, and that it is what it says it is.
    private func decorate(_ answer: inout Answer, origin: String?) {
        if let length = answer.body.contentLength, answer.status != .noContent {
            answer.fields[.contentLength] = "\(length)"
        }
        if answer.fields[.cacheControl] == nil { answer.fields[.cacheControl] = "no-store" }
        answer.fields[.xContentTypeOptions] = "nosniff"
        answer.fields[.vary] = answer.fields[.vary].map { "Origin, \($0)" } ?? "Origin"
        guard let origin else { return }
        answer.fields[.accessControlAllowOrigin] = origin
        answer.fields[.accessControlExposeHeaders] = "Observer-Next, Observer-Run, Retry-After"
    }
}
