// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import HummingbirdCore

/// A request on its way to its route's answer.
struct Call: Sendable {
    let request: Request
    let target: RequestTarget
    let grant: AccessGrant
    /// The last part of the path, still encoded, where the route has a parameter there.
    let argument: Substring?

    /// The query's names and values.
    var parameters: [(name: String, value: String)] {
        get throws(ParameterError) { try PercentDecoding.parameters(of: target.query) }
    }

    /// The path's parameter, decoded.
    func argument(_ name: String) throws(ParameterError) -> String {
        let text = argument ?? ""
        guard let decoded = PercentDecoding.decode(text) else {
            throw ParameterError(name, String(text), "is not percent-encoded UTF-8")
        }
        return decoded
    }
}

/// One operation of the API, and who carries it out.
struct Route: Sendable {
    let operation: Operation
    let answer: @Sendable (Call) async throws -> Answer
}

/// The operations of the API by path and method.
struct RouteTable: Sendable {
    /// What is at a path.
    struct Resource: Sendable {
        /// The path with the names of its parameters.
        let template: String
        private(set) var routes: [Route] = []

        /// The methods that it has, for `Allow`: HEAD goes wherever GET does, OPTIONS everywhere.
        var methods: [String] {
            routes.flatMap { $0.operation.method == .get ? ["GET", "HEAD"] : [$0.operation.method.rawValue] } + [
                "OPTIONS"
            ]
        }

        func route(_ method: HTTPRequest.Method) -> Route? {
            let method = method == .head ? .get : method
            return routes.first { $0.operation.method == method }
        }

        fileprivate mutating func add(_ route: Route) { routes.append(route) }

        fileprivate init(_ template: String) { self.template = template }
    }

    /// All of them in the order of the document.
    let routes: [Route]
    private var resources: [String: Resource] = [:]
    /// Those whose path ends in a parameter, by what comes before it.
    private var parents: [String: Resource] = [:]

    init(_ routes: [Route]) {
        self.routes = routes
        for route in routes {
            let path = route.operation.path
            let segments = path.split(separator: "/")
            if segments.last?.hasPrefix("{") ?? false {
                parents[Self.key(segments.dropLast()), default: Resource(path)].add(route)
            } else {
                resources[Self.key(segments[...]), default: Resource(path)].add(route)
            }
        }
    }

    /// What is at a path, and the value of the path's parameter.
    func resource(at target: RequestTarget) -> (resource: Resource, argument: Substring?)? {
        if let resource = resources[Self.key(target.segments[...])] { return (resource, nil) }
        guard let last = target.segments.last, let resource = parents[Self.key(target.segments.dropLast())] else {
            return nil
        }
        return (resource, last)
    }

    private static func key(_ segments: ArraySlice<Substring>) -> String { segments.joined(separator: "/") }
}
