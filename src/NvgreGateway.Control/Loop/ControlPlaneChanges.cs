using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Control.Offload;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control;

/// <summary>The part of the plane that changes the configuration in force.</summary>
public sealed partial class ControlPlane
{
    // On its way; there is one at a time, which is all that serializes them.
    private ConfigurationChange? _change;

    /// <summary>
    /// Puts another configuration into force while packets flow: as a whole or not at all (F-002). An equal one changes nothing
    /// (F-004). What only a restart can change is refused. Waits until every worker uses it.
    /// </summary>
    /// <param name="next">A valid configuration.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>What became of it.</returns>
    public ReloadResult Apply(GatewayConfiguration next, ulong now) => Complete(() => TryBegin(next, now), now).Result;

    /// <summary>Begins a change, and takes it as far as it goes without waiting.</summary>
    /// <param name="next">A valid configuration.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <param name="restarts">Index of the port that is closed and opened for it; -1 = none.</param>
    /// <param name="drains">Whether it ends only when what was begun before has left the workers.</param>
    /// <returns>The change; null while another is on its way.</returns>
    internal ConfigurationChange? TryBegin(GatewayConfiguration next, ulong now, int restarts = -1, bool drains = false)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (_change is not null)
        {
            return null;
        }

        State state = Running;
        IReadOnlyList<string> problems = RestartCheck.Compare(state.Index.Configuration, next);
        if (problems.Count > 0)
        {
            return new ConfigurationChange(new ReloadResult(false, false, problems));
        }

        PortOffloadTable offloads = PortOffloadTable.Make(_memory, next);
        problems = OffloadProblems(state.Index.Configuration, next, offloads, restarts);
        if (problems.Count > 0)
        {
            return new ConfigurationChange(new ReloadResult(false, false, problems));
        }

        IReadOnlyList<MacAddress> macs = PortMacs(next);
        if (next == state.Index.Configuration && macs.SequenceEqual(state.PortMacs) && offloads.Sets.SequenceEqual(state.Offloads.Sets))
        {
            _state = state with { Offloads = offloads };
            return new ConfigurationChange(new ReloadResult(true, false, []));
        }

        var change = new ConfigurationChange(next, macs, offloads, drains);
        _change = change;
        _flows?.Withdraw(next);
        Advance(now);
        return change;
    }

    /// <summary>Takes the change that is on its way as far as it goes without waiting; to be called every millisecond.</summary>
    /// <param name="now">Nanoseconds.</param>
    internal void Advance(ulong now)
    {
        while (_change is { } change && Step(change, now))
        {
        }
    }

    /// <summary>Whether what is in force is made from what the ports say now.</summary>
    internal bool FollowsPorts => _change is null && MatchesPorts(Running);

    private bool MatchesPorts(State state) =>
        PortMacs(state.Index.Configuration).SequenceEqual(state.PortMacs) && state.Offloads.IsCurrent(_memory, state.Index.Configuration);

    private ConfigurationChange Complete(Func<ConfigurationChange?> begin, ulong now)
    {
        ConfigurationChange? change = begin();
        while (change is not { IsDone: true })
        {
            Thread.Sleep(1);
            Advance(now);
            change ??= begin();
        }

        return change;
    }

    // Whether it went on: if not, it waits.
    private bool Step(ConfigurationChange change, ulong now)
    {
        State state = Running;
        switch (change.At)
        {
            case ConfigurationChange.Stage.Withdrawing:
                if (_flows?.HasWithdrawn() == false)
                {
                    return false;
                }

                _options.Reached?.Invoke(ChangeStep.Withdrawn);
                change.Enter(ConfigurationChange.Stage.Settling);
                return true;
            case ConfigurationChange.Stage.Settling:
                if (!state.Tables.HasSettled(now) && IsPatient(change))
                {
                    return false;
                }

                Now = Math.Max(Now, now);
                try
                {
                    Publish(change);
                }
                catch (TablesException e)
                {
                    _flows?.Place(state.Index, state.Tables);
                    End(change, new ReloadResult(false, false, [e.Message]));
                    return true;
                }

                Follow(change);
                change.Enter(ConfigurationChange.Stage.Spreading);
                return true;
            case ConfigurationChange.Stage.Spreading:
                if (!state.Tables.HasSettled(now) && IsPatient(change))
                {
                    return false; // after that time the FDB follows whenever it can (GatewayTables.Tick)
                }

                _flows?.Place(state.Index, state.Tables);
                change.Mark = new QuiescentMark(_memory);
                change.Enter(ConfigurationChange.Stage.Draining);
                return true;
            default:
                if (change.Drains && !HasDrained(change))
                {
                    if (IsPatient(change))
                    {
                        return false;
                    }

                    change.IsEverywhere = false;
                }

                End(change, new ReloadResult(true, true, []));
                return true;
        }
    }

    // Two marks: what a worker handed to another through a ring under the old state has left when both went round twice.
    private bool HasDrained(ConfigurationChange change)
    {
        for (; change.MarksLeft > 0 && change.Mark!.HasPassed; change.MarksLeft--)
        {
            change.Mark.Take();
            change.Looks = 0;
        }

        return change.MarksLeft == 0;
    }

    private bool IsPatient(ConfigurationChange change) => change.Looks++ < _options.PatienceMilliseconds;

    private void End(ConfigurationChange change, ReloadResult result)
    {
        _change = null;
        change.End(result);
    }

    // Whoever dies in here leaves the old configuration or the new one, whole, and a successor that carries on with that one.
    private void Publish(ConfigurationChange change)
    {
        RunningCopy? copy = change.Next == Configuration ? null : _options.Copy;
        if (copy?.Stage(Configuration, change.Next) is { } unkept)
        {
            throw new TablesException($"it cannot be kept for a restart of the control process, in {copy.FilePath}: {unkept}");
        }

        try
        {
            _options.Reached?.Invoke(ChangeStep.Staged);
            Tables.Publish(change.Next, change.Macs, Now, change.Offloads.Sets);
        }
        catch (TablesException)
        {
            copy?.Discard();
            throw;
        }

        if (copy?.Settle() is { } problem)
        {
            _log.Write(EventSeverity.Warning, "running_copy_failed", ("file", copy.FilePath), ("reason", problem));
        }

        _options.Reached?.Invoke(ChangeStep.Kept);
    }

    // The tables are published: whatever goes by the configuration goes by the new one from here on.
    private void Follow(ConfigurationChange change)
    {
        State state = Running;
        GatewayConfiguration next = change.Next;
        var own = new OwnAddresses(next.Ports, change.Macs);
        _state = state with { Own = own, Index = new PlaneIndex(next, state.Tables.Ids), PortMacs = change.Macs, Offloads = change.Offloads };
        PortTableWriter.WriteWishes(_memory, next);
        _options.Reached?.Invoke(ChangeStep.Wished);
        TellOffloads(state.Offloads);
        SetVlans(next);
        state.Protocols.Refresh(next.Budgets, own);
        state.Neighbors.Refresh(next, own, Now);
        state.Neighbors.Watch(Index.HopSets, Now);
        state.Groups.Refresh(next, own, Now);
        state.Errors.Refresh(Index);
        state.Tenants.Refresh(Index);
        state.Loops.Refresh(Index);
        state.Snooped.Refresh(Index);
        _tenantErrors.Refresh(Index);
        _hops.Refresh(Index);
        state.Peers.Show(Index, Now);
        FlushInjects();
        _options.Reached?.Invoke(ChangeStep.Followed);
    }
}
