using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>
/// Drives a <see cref="ControlPlane"/> in production: a thread that looks at the rings every millisecond and at ports, workers and
/// the data process ten times a second. Whoever else needs the plane (API, metrics, reload) borrows it between two rounds.
/// </summary>
public sealed class ControlService : IDisposable
{
    private const ulong LookNanoseconds = 100_000_000;
    private const int IdleMilliseconds = 1;
    private const int RestartMilliseconds = 15_000;
    private const int RestartLookMilliseconds = 10;

    // Whoever asks what came of it is to hear of the port as it is now, unless that cannot be put into force.
    private const int FollowMilliseconds = 5_000;
    private readonly Lock _lock = new();
    private readonly Lock _changing = new(); // held by whoever waits for a change; taken before the other one
    private readonly GatewayMemory _memory;
    private readonly IEventLog _log;
    private readonly bool _announce;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ControlPlane _plane;
    private readonly HealthMonitor _health;
    private readonly IReadOnlyList<ConfigurationWarning> _warnings;
    private DataLink? _link;
    private volatile bool _stop;

    /// <summary>Makes a service; nothing runs before <see cref="Start"/>.</summary>
    /// <param name="memory">The regions; must outlive it.</param>
    /// <param name="configuration">A valid configuration that fits the regions.</param>
    /// <param name="warnings">What the loader warned of.</param>
    /// <param name="log">Where events go.</param>
    /// <param name="options">How the plane runs.</param>
    public ControlService(
        GatewayMemory memory, GatewayConfiguration configuration, IReadOnlyList<ConfigurationWarning> warnings, IEventLog log, ControlOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        _memory = memory;
        _log = log;
        _warnings = warnings;
        _announce = options.Announce;
        _plane = new ControlPlane(memory, configuration, log, options);
        _health = new HealthMonitor(memory, configuration.Workers.Cores.Count, MonotonicClock.Now);
        _thread = new Thread(Run) { Name = "control", IsBackground = true };
    }

    /// <summary>Whether the tables are published.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Ends when the thread does: after <see cref="Dispose"/>, or with what it failed of.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts the thread. It waits for the data process to know the ports' MACs, then publishes.</summary>
    public void Start() => _thread.Start();

    /// <summary>Borrows the plane: nothing else touches it meanwhile, so keep it short.</summary>
    /// <typeparam name="T">What is to be known.</typeparam>
    /// <param name="use">What to do with it.</param>
    /// <param name="result">What it gave.</param>
    /// <returns>False when the plane is not started yet.</returns>
    public bool TryUse<T>(Func<ControlPlane, T> use, out T? result)
    {
        ArgumentNullException.ThrowIfNull(use);
        lock (_lock)
        {
            result = IsStarted ? use(_plane) : default;
            return IsStarted;
        }
    }

    /// <summary>What is not alive (F-010).</summary>
    /// <returns>One line each; none when all is well.</returns>
    public IReadOnlyList<string> LivenessProblems()
    {
        lock (_lock)
        {
            return _health.Problems(MonotonicClock.Now);
        }
    }

    /// <summary>Why the gateway is not ready for traffic (F-010).</summary>
    /// <returns>One line each; none when it is.</returns>
    public unsafe IReadOnlyList<string> ReadinessProblems()
    {
        lock (_lock)
        {
            if (!IsStarted)
            {
                return ["configuration: not applied yet"];
            }

            var problems = new List<string>(_health.Problems(MonotonicClock.Now));
            for (int i = 0; i < _plane.Configuration.Ports.Count; i++)
            {
                if (_plane.PortReason(i) is { } reason)
                {
                    problems.Add($"port {_plane.Configuration.Ports[i].Name}: {reason}");
                }
            }

            for (int i = 0; i < _plane.Configuration.Workers.Cores.Count; i++)
            {
                WorkerStatistics* s = _memory.Statistics(i);
                if (Volatile.Read(ref s->Generation) != _plane.Tables.Generation && Volatile.Read(ref s->Sleeping) == 0)
                {
                    problems.Add($"worker {i}: does not use the newest tables yet");
                }
            }

            return problems;
        }
    }

    /// <summary>Whether a worker stands still although it should loop.</summary>
    /// <param name="worker">Its index.</param>
    /// <returns>Whether it does.</returns>
    public bool IsStalled(int worker)
    {
        lock (_lock)
        {
            return _health.IsStalled(worker, MonotonicClock.Now);
        }
    }

    /// <summary>Applies another configuration (<see cref="ControlPlane.Apply"/>). Nothing but other changes waits meanwhile.</summary>
    /// <param name="next">A valid configuration.</param>
    /// <param name="warnings">What the loader warned of.</param>
    /// <returns>What became of it.</returns>
    public ReloadResult Apply(GatewayConfiguration next, IReadOnlyList<ConfigurationWarning> warnings)
    {
        lock (_changing)
        {
            ReloadResult? result = Change(p => p.TryBegin(next, MonotonicClock.Now), static c => c, (p, change) =>
            {
                if (change.Result.Accepted)
                {
                    p.SetWarnings(warnings);
                }

                return change.Result;
            });
            return result ?? new ReloadResult(false, false, [IsStarted ? "the control process ends" : "the gateway is still starting: try again"]);
        }
    }

    /// <summary>
    /// Switches an offload (<see cref="ControlPlane.SetOffload"/>), and restarts the port where that is needed and allowed. Nothing but
    /// other changes waits meanwhile.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <returns>What became of it; null when the plane is not started yet, or ends.</returns>
    public OffloadChange? SetOffload(OffloadSwitch request)
    {
        lock (_changing)
        {
            uint opened = 0;
            OffloadChange? change = Change(p => p.TryBeginOffload(request, MonotonicClock.Now), static o => o.Change, (p, pending) =>
            {
                OffloadChange answer = p.EndOffload(pending);
                if (answer is { Problem: null, RequiresRestart: true })
                {
                    opened = _memory.ReadPortState(answer.Port).Opened;
                    _link!.RestartPort(answer.Port);
                }

                return answer;
            });
            if (change is not { Problem: null, RequiresRestart: true })
            {
                return change;
            }

            int looks = 0;
            for (int i = 0; i < RestartMilliseconds; i += RestartLookMilliseconds)
            {
                PortState state = _memory.ReadPortState(change.Port);
                bool isBack = state.Opened != opened && state.Started != 0;
                if (isBack && (FollowsPorts() || ++looks == FollowMilliseconds / RestartLookMilliseconds))
                {
                    return change;
                }

                Thread.Sleep(RestartLookMilliseconds);
            }

            return change with { Problem = "the port did not come back: `show ports` tells why" };
        }
    }

    private bool FollowsPorts()
    {
        lock (_lock)
        {
            return _plane.FollowsPorts;
        }
    }

    // The thread takes it on its way; the plane is borrowed to begin it, as soon as no other is under way, and to end it.
    private TResult? Change<T, TResult>(Func<ControlPlane, T?> begin, Func<T, ConfigurationChange> changeOf, Func<ControlPlane, T, TResult> end)
        where T : class
        where TResult : class
    {
        T? begun = null;
        while (!_ended.Task.IsCompleted)
        {
            lock (_lock)
            {
                if (!IsStarted)
                {
                    return null;
                }

                begun ??= begin(_plane);
                if (begun is not null && changeOf(begun).IsDone)
                {
                    return end(_plane, begun);
                }
            }

            Thread.Sleep(IdleMilliseconds);
        }

        return null;
    }

    /// <summary>Says that the metrics endpoint does not listen, or that it does.</summary>
    /// <param name="text">What is wrong; null when nothing is.</param>
    internal void SetMetricsProblem(string? text)
    {
        lock (_lock)
        {
            _plane.SetCondition("metrics_down", "metrics.listen", text, MonotonicClock.Now);
        }
    }

    /// <summary>Stops the thread; packets are forwarded on.</summary>
    public void Dispose()
    {
        _stop = true;
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        // Only who ends in good order leaves the groups: after a failure a successor carries on.
        if (IsStarted && !_ended.Task.IsFaulted)
        {
            _plane.LeaveGroups(MonotonicClock.Now);
        }
    }

    private void Run()
    {
        try
        {
            ulong lookAt = 0;
            while (!_stop)
            {
                ulong now = MonotonicClock.Now;
                lock (_lock)
                {
                    Round(now, now >= lookAt);
                }

                lookAt = now >= lookAt ? now + LookNanoseconds : lookAt;
                Thread.Sleep(IdleMilliseconds);
            }

            _ended.SetResult();
        }
        catch (Exception e)
        {
            // Whatever it is, forwarding goes on without control: end the process, so that the supervisor starts a fresh one.
            _log.Write(EventSeverity.Error, "control_failed", ("reason", e.ToString()));
            _ended.SetException(e);
        }
    }

    private unsafe void Round(ulong now, bool look)
    {
        if (look)
        {
            _memory.Header->Control.Heartbeat++;
            _health.Look(now);
        }

        if (!IsStarted)
        {
            // The MACs of the ports are in the prepared headers: nothing is published before they are known.
            DataPhase phase = _memory.Phase;
            if (phase is not (DataPhase.Ready or DataPhase.Forwarding))
            {
                return;
            }

            _plane.Start(now);
            _plane.SetWarnings(_warnings);
            _link = new DataLink(_plane, _log, _announce);
            IsStarted = true;
            _log.Write(EventSeverity.Info, "tables_published", ("generation", _plane.Tables.Generation));
        }

        _plane.Advance(now);
        _plane.Collect();
        _plane.Process(now);
        if (look && _link!.IsForwarding)
        {
            _plane.WatchPorts(now);
        }

        if (look || _link!.IsWaiting)
        {
            _link!.Poll(now);
        }
    }
}
