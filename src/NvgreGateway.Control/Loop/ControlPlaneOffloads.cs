using System.Globalization;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>The part of the plane that switches offloads.</summary>
public sealed partial class ControlPlane
{
    /// <summary>
    /// Switches an offload of a port. It changes the running configuration, as a reload would. When this returns, every worker has gone
    /// through a whole loop with the new state, so that nothing that was begun before is left (C-075).
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>What became of it.</returns>
    public OffloadChange SetOffload(OffloadSwitch request, ulong now)
    {
        PendingOffload? begun = null;
        Complete(() => (begun = TryBeginOffload(request, now))?.Change, now);
        return EndOffload(begun!);
    }

    /// <summary>Begins to switch an offload, and takes it as far as it goes without waiting.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>What is on its way; null while another change is.</returns>
    internal PendingOffload? TryBeginOffload(OffloadSwitch request, ulong now)
    {
        ArgumentNullException.ThrowIfNull(request);
        OffloadChange answer = PlanOffload(request, out GatewayConfiguration? next);
        ConfigurationChange? change = next is null
            ? new ConfigurationChange(new ReloadResult(true, false, []))
            : TryBegin(next, now, restarts: answer.RequiresRestart ? answer.Port : -1, drains: true);
        return change is null ? null : new PendingOffload(request, answer, change);
    }

    /// <summary>Tells what became of it, now that it is over.</summary>
    /// <param name="pending">What was begun.</param>
    /// <returns>What became of it.</returns>
    internal OffloadChange EndOffload(PendingOffload pending)
    {
        (OffloadSwitch request, OffloadChange answer, ConfigurationChange change) = pending;
        if (!change.Result.Accepted)
        {
            return Refused(change.Result.Problems[0], answer.Port);
        }

        if (!answer.Changed)
        {
            return answer;
        }

        if (!change.IsEverywhere)
        {
            return Refused("a worker stands still: the change is published, but may not be in force everywhere", answer.Port);
        }

        PortOffloadSets sets = Offloads[answer.Port].Sets;
        _log.Write(
            EventSeverity.Info, "offload_changed", ("port", request.Port), ("name", request.Name), ("state", request.State), ("plain", Text(sets.Plain)), ("nvgre", Text(sets.Nvgre)));
        return answer;
    }

    // The answer if all goes well, and the configuration that it takes; null = none.
    private OffloadChange PlanOffload(OffloadSwitch request, out GatewayConfiguration? next)
    {
        next = null;
        GatewayConfiguration running = Configuration;
        int port = running.PortNamed(request.Port);
        if (port < 0)
        {
            return Refused($"port: \"{request.Port}\": no such port; ports: {string.Join(", ", running.Ports.Select(static p => p.Name))}", port);
        }

        bool all = request.Name == "all";
        OffloadNames name = all ? OffloadNames.All : OffloadConfiguration.Words.FirstOrDefault(w => w.Word == request.Name).Name;
        if (name == OffloadNames.None)
        {
            return Refused($"name: \"{request.Name}\": no such offload; all, or {string.Join(", ", OffloadConfiguration.Words.Select(static w => w.Word))}", port);
        }

        if (request.State == "no-change")
        {
            return new OffloadChange(null, false, false, port);
        }

        IReadOnlyList<string> states = all ? ["on", "off"] : OffloadConfiguration.StatesOf(name);
        if (!states.Contains(request.State))
        {
            return Refused($"state: \"{request.State}\": not a state of {request.Name}; {string.Join(" or ", states)}", port);
        }

        if (running.Offload == OffloadMode.Off)
        {
            return Refused("offload: the configuration has them off for all ports", port);
        }

        OffloadConfiguration before = running.Ports[port].Offload, after = before.With(name, request.State);
        bool restart = NeedsRestart(port, before, after);
        if (restart && !request.Disruptive && all)
        {
            // What is most needed when a device does harm must not fail over what can wait.
            after = after with { Rx = before.Rx };
            restart = NeedsRestart(port, before, after);
        }

        if (restart && !request.Disruptive)
        {
            string instead = request.State == "off" ? "; \"rx\" switches off transmission alone" : request.State == "on" ? "; \"tx\" switches on transmission alone, if the port was set up for it" : "";
            return new OffloadChange($"{request.Name} {request.State}: requires_restart: the port has to be stopped for it, allow that with disruptive{instead}", true, false, port);
        }

        if (after == before && !restart)
        {
            return new OffloadChange(null, false, false, port);
        }

        PortConfiguration[] ports = [.. running.Ports];
        ports[port] = ports[port] with { Offload = after };
        next = running with { Ports = ValueList.Create<PortConfiguration>(ports) };
        return new OffloadChange(null, restart, true, port);
    }

    private static OffloadChange Refused(string problem, int port) => new(problem, false, false, port);

    private static string Text(PortOffloads set) => (set & PortOffloads.Kinds) == 0 ? "none" : set.ToString().Replace(", ", ",", StringComparison.Ordinal).ToLowerInvariant();

    private bool NeedsRestart(int port, OffloadConfiguration before, OffloadConfiguration after) =>
        OffloadPlan.Wishes(before) != OffloadPlan.Wishes(after)
        && new OffloadPlan(OffloadFacts.Of(_memory.ReadPortState(port), Configuration.Ports[port], Configuration.IsExceptionPort(port)), after).NeedsRestart;

    private static List<string> OffloadProblems(GatewayConfiguration running, GatewayConfiguration next, PortOffloadTable offloads, int restarts)
    {
        var problems = new List<string>();
        for (int i = 0; i < next.Ports.Count; i++)
        {
            if (i != restarts && OffloadPlan.Wishes(running.OffloadOf(i)) != OffloadPlan.Wishes(next.OffloadOf(i)) && offloads.Plans[i].NeedsRestart)
            {
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"ports[{i}].offload: what the device does on receive, or at all, cannot change while the port runs; allowed: as now, `set offload` with --disruptive, or stop the gateway and start it with this file"));
            }
            else if (running.IsExceptionPort(i) != next.IsExceptionPort(i) && offloads.Plans[i].NeedsRestart)
            {
                // Nobody looks at the frames of an exception port: its device must not leave to us what else it may (C-045).
                GatewayConfiguration names = next.IsExceptionPort(i) ? next : running;
                int beside = names.Ports.TakeWhile(p => p.ExceptionPort != next.Ports[i].Name).Count();
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"ports[{beside}].exceptionPort: the device of port \"{next.Ports[i].Name}\" was set up for what the port is now; allowed: as now, a port whose device does the same on receive either way, or stop the gateway and start it with this file"));
            }
        }

        return problems;
    }

    private void TellOffloads(PortOffloadTable before)
    {
        PortOffloadTable after = Running.Offloads;
        for (int i = 0; i < after.Sets.Count; i++)
        {
            if (i >= before.Sets.Count || before.Sets[i] != after.Sets[i])
            {
                _log.Write(
                    EventSeverity.Info, "offload_state", ("port", Configuration.Ports[i].Name), ("plain", Text(after.Sets[i].Plain)), ("nvgre", Text(after.Sets[i].Nvgre)));
            }
        }
    }
}
