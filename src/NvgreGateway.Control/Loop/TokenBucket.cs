namespace NvgreGateway.Control;

/// <summary>
/// A budget: so many a second, and a second's worth, or a given number, at once (F-047). Integer arithmetic in nanoseconds, so that the same times
/// give the same answers in <c>replay</c>.
/// </summary>
internal sealed class TokenBucket
{
    private const ulong Second = 1_000_000_000;
    private ulong _credit; // nanoseconds of saved-up time, at most a second's worth times the rate
    private ulong _last;
    private readonly ulong? _burst;
    private ulong _rate;

    /// <param name="rate">Units a second; 0 = nothing passes.</param>
    /// <param name="burst">Units at once; null = a second's worth.</param>
    public TokenBucket(int rate, int? burst = null)
    {
        _rate = (ulong)rate;
        _burst = (ulong?)burst;
        _credit = Most;
    }

    private ulong Most => (_rate == 0 ? 0 : _burst ?? _rate) * Second;

    /// <summary>Changes the rate; what is saved up is cut to what the new one allows at once.</summary>
    public void SetRate(int rate)
    {
        _rate = (ulong)rate;
        _credit = Math.Min(_credit, Most);
    }

    /// <summary>Takes one unit.</summary>
    /// <param name="now">Nanoseconds; an earlier time than before counts as the same time.</param>
    /// <returns>False when the budget is used up.</returns>
    public bool TryTake(ulong now)
    {
        ulong passed = Math.Min(now > _last ? now - _last : 0, Second);
        _last = Math.Max(now, _last);
        _credit = Math.Min(_credit + (passed * _rate), Most);
        if (_credit < Second)
        {
            return false;
        }

        _credit -= Second;
        return true;
    }
}
