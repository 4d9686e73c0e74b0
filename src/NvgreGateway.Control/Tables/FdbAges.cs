using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// How long ago an entry was seen, in ticks of 1/32 of the ageing time (E-031). Each worker has a lane of the table, in which it stores the
/// current tick; control has lane 0.
/// </summary>
internal sealed unsafe class FdbAges
{
    /// <summary>The largest tick: they go from 1 to it and begin anew.</summary>
    internal const int LastTicks = 255;

    // A MAC is gone when its last frame is 33 ticks of 1/32 of the ageing time back: after 32/32 to 33/32 of it (E-031).
    private const int TicksPerAgeing = 32;
    private const int StaleTicks = 64;
    private const ulong Second = 1_000_000_000;
    private readonly GatewayMemory _memory;
    private readonly FdbTable _table;
    private readonly int _lanes;
    private ulong _tickAt;
    private ulong _tickLength = 300 * Second / TicksPerAgeing;

    /// <param name="memory">The regions.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    internal FdbAges(GatewayMemory memory, ulong now)
    {
        _memory = memory;
        _table = memory.Fdb;
        _lanes = (int)memory.Limits.Workers + 1;
        _tickAt = now;
    }

    /// <summary>Time between two ticks.</summary>
    internal TimeSpan TickLength => TimeSpan.FromTicks((long)(_tickLength / 100));

    /// <summary>Sets the ageing time.</summary>
    /// <param name="seconds">Seconds.</param>
    internal void Set(int seconds)
    {
        _tickLength = (ulong)seconds * Second / TicksPerAgeing;
        Volatile.Write(ref _memory.Header->AgeTickMilliseconds, (uint)(_tickLength / 1_000_000));
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="now">Nanoseconds of control's clock.</param>
    /// <param name="next">Called with each tick that begins.</param>
    internal void Advance(ulong now, Action<uint> next)
    {
        for (int n = 0; now - _tickAt >= _tickLength && now > _tickAt; n++)
        {
            if (n > TicksPerAgeing + 1)
            {
                _tickAt = now - ((now - _tickAt) % _tickLength); // a long sleep: everything learned is gone already
                break;
            }

            _tickAt += _tickLength;
            uint tick = (_memory.Header->AgeTick % LastTicks) + 1;
            Volatile.Write(ref _memory.Header->AgeTick, tick);
            next(tick);
        }
    }

    /// <summary>How many ticks ago a slot's entry was seen.</summary>
    /// <returns>0 to <see cref="LastTicks"/>.</returns>
    internal int TicksSince(uint slot, uint tick)
    {
        int least = LastTicks;
        for (int lane = 0; lane < _lanes; lane++)
        {
            byte seen = Volatile.Read(ref _table.Lane(lane)[slot]);
            if (seen != 0)
            {
                least = Math.Min(least, (int)((tick + LastTicks - seen) % LastTicks));
            }
        }

        return least;
    }

    /// <summary>Whether a slot's entry was not seen for the ageing time.</summary>
    internal bool IsOver(uint slot, uint tick) => TicksSince(slot, tick) > TicksPerAgeing;

    /// <summary>
    /// Forgets what is long past: ticks repeat after 255 of them, and it must not look new again. A worker may store the current tick
    /// meanwhile; then the exchange does not happen, or the worker's store comes after it.
    /// </summary>
    internal void ForgetStale(uint slot, uint tick)
    {
        for (int lane = 0; lane < _lanes; lane++)
        {
            ref byte age = ref _table.Lane(lane)[slot];
            byte seen = Volatile.Read(ref age);
            if (seen != 0 && (tick + LastTicks - seen) % LastTicks >= StaleTicks)
            {
                Interlocked.CompareExchange(ref age, 0, seen);
            }
        }
    }
}
