// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import EngineClient
internal import Logging
internal import ObserverModel

/// Takes samples of one container's resource use while it runs.
///
/// At the engine's own interval of a second one stream gives them (engine.md, "What live mode makes of it"); at longer
/// ones each is asked for, spread over the interval so that a thousand containers are not sampled at once.
struct StatsReader: Sendable {
    let id: ContainerID
    let access: EngineAccess

    /// Takes samples until the run has ended or the task is cancelled.
    func read(_ run: ContainerRun) async {
        let interval = access.options.statsInterval
        guard interval > .zero else { return }
        await withTaskGroup { group in
            group.addTask { await run.ended.wait() }
            group.addTask {
                if interval <= .seconds(1) {
                    await stream(run)
                } else {
                    await poll(run, every: interval)
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func stream(_ run: ContainerRun) async {
        var backoff = Backoff(first: access.timing.firstRetry, limit: access.timing.longestStreamRetry)
        while !run.ended.isOpen, !Task.isCancelled {
            do {
                let stream = try await access.client.stream(
                    access.target(RequestTarget("containers", id.description, "stats").query("stream", true)),
                    idleTimeout: access.timing.statsSilence
                )
                defer { stream.cancel() }
                var splitter = JSONObjectSplitter()
                var samples: [ArraySlice<UInt8>] = []
                while let bytes = try await stream.next() {
                    try splitter.split(bytes, into: &samples)
                    for sample in samples { await emit(sample, run: run) }
                    if !samples.isEmpty { backoff.reset() }
                    samples.removeAll(keepingCapacity: true)
                }
            } catch let error as EngineError where error.status == 404 {
                return
            } catch {
                access.logger.debug(
                    "stats stream ended",
                    metadata: ["container.id": "\(id.short)", "error": "\(error)"]
                )
            }
            guard (try? await access.clock.sleep(for: backoff.next())) != nil else { return }
        }
    }

    private func poll(_ run: ContainerRun, every interval: Duration) async {
        let offset = interval * Int(id.leadingWord % 1000) / 1000
        guard (try? await access.clock.sleep(for: offset)) != nil else { return }
        while !run.ended.isOpen, !Task.isCancelled {
            var target = RequestTarget("containers", id.description, "stats").query("stream", false)
            // Engines before 25 repeat samples in one-shot mode (engine.md); theirs waits for two.
            if access.identity.answersOneShot { target = target.query("one-shot", true) }
            do {
                let response = try await access.client.get(access.target(target))
                await emit(response.body[...], run: run)
            } catch {
                guard error.status != 404 else { return }
                access.logger.debug(
                    "stats sample failed",
                    metadata: ["container.id": "\(id.short)", "error": "\(error)"]
                )
            }
            guard (try? await access.clock.sleep(for: interval)) != nil else { return }
        }
    }

    /// Emits a sample, unless it is the empty one of a container that does not run (facts D4 to D6).
    private func emit(_ sample: ArraySlice<UInt8>, run: ContainerRun) async {
        guard let stats = try? ContainerStats(json: sample), !stats.isEmpty, !run.ended.isOpen else { return }
        var raw: [UInt8] = []
        raw.reserveCapacity(sample.count)
        JSONMinify.append(sample, to: &raw)
        await access.emit(.stats(ContainerRecord(container: id, raw: raw[...])))
    }
}

extension EngineIdentity {
    /// Whether a one-shot sample is a fresh one: since engine 25, API 1.44.
    var answersOneShot: Bool {
        apiVersion.major > 1 || apiVersion.minor >= 44
    }
}
