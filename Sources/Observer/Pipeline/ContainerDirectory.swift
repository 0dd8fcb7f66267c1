// SPDX-License-Identifier: Apache-2.0

public import ObserverModel
internal import Synchronization

/// The ids and names of the containers that the projector knows, for those who cannot wait for the pipeline.
public final class ContainerDirectory: Sendable {
    /// At how many entries those of forgotten containers are cleared: twice the thousand that are gone and kept, and
    /// room for as many that run.
    static let reviewSize = 4096

    private let names = Mutex<[ContainerID: String]>([:])

    /// Makes an empty directory.
    public init() {}

    /// The containers, in no order.
    public var entries: [(id: ContainerID, name: String)] {
        names.withLock { names in names.map { (id: $0.key, name: $0.value) } }
    }

    /// Notes the names of the containers that a batch told of.
    func note(_ batch: ObservationBatch, state: ObserverState) {
        let span = batch.span
        for index in span.indices {
            guard case .container(let record) = span[index].fact,
                let container = state.container(record.container)
            else { continue }
            let count = names.withLock { names in
                names[container.id] = container.name
                return names.count
            }
            if count >= Self.reviewSize { review(state) }
        }
    }

    /// Notes the names of all containers of a state.
    func note(_ state: ObserverState) {
        let known = state.containers(all: true)
        names.withLock { names in
            for container in known { names[container.id] = container.name }
        }
    }

    /// Forgets all containers.
    func clear() {
        names.withLock { $0.removeAll() }
    }

    private func review(_ state: ObserverState) {
        names.withLock { names in
            names = names.filter { state.container($0.key) != nil }
        }
    }
}
