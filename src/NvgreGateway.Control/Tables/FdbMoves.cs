using System.Runtime.InteropServices;
using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control.Tables;

/// <summary>The moves of MACs between places within the window (E-032): which of them move too often, and since when they are quiet.</summary>
internal sealed class FdbMoves
{
    private const ulong Second = 1_000_000_000;
    private readonly Dictionary<ulong, History> _moves = [];

    /// <summary>Whether nothing has moved.</summary>
    internal bool IsEmpty => _moves.Count == 0;

    /// <summary>A MAC was seen elsewhere.</summary>
    /// <param name="key">The FDB key.</param>
    /// <param name="now">Nanoseconds.</param>
    internal void Try(ulong key, ulong now) => CollectionsMarshal.GetValueRefOrAddDefault(_moves, key, out _).TriedAt = now;

    /// <summary>As <see cref="Try"/> for a MAC that is marked already: nothing is changed for one that is known.</summary>
    /// <param name="key">The FDB key.</param>
    /// <param name="now">Nanoseconds.</param>
    internal void Adopt(ulong key, ulong now) => _moves.TryAdd(key, new History { TriedAt = now });

    /// <summary>A MAC is to move: counts it, unless it has moved as often as it may.</summary>
    /// <param name="key">The FDB key.</param>
    /// <param name="moves">The limit.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>Whether it may move.</returns>
    internal bool TryMove(ulong key, MovesConfiguration moves, ulong now)
    {
        ref History history = ref CollectionsMarshal.GetValueRefOrAddDefault(_moves, key, out _);
        history.TriedAt = now;
        history.Times ??= [];
        ulong window = (ulong)moves.WindowSeconds * Second;
        history.Times.RemoveAll(t => now - t >= window);
        if (history.Times.Count >= moves.Limit)
        {
            return false;
        }

        history.Times.Add(now);
        return true;
    }

    /// <summary>Forgets a MAC.</summary>
    /// <param name="key">The FDB key.</param>
    internal void Forget(ulong key) => _moves.Remove(key);

    /// <summary>Forgets the MACs that were not seen elsewhere for a window.</summary>
    /// <param name="moves">The window.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>Their keys.</returns>
    internal IReadOnlyList<ulong> TakeQuiet(MovesConfiguration moves, ulong now)
    {
        ulong window = (ulong)moves.WindowSeconds * Second;
        var quiet = new List<ulong>();
        foreach ((ulong key, History history) in _moves)
        {
            if (now - history.TriedAt >= window)
            {
                quiet.Add(key);
            }
        }

        foreach (ulong key in quiet)
        {
            _moves.Remove(key);
        }

        return quiet;
    }

    private struct History
    {
        internal ulong TriedAt;
        internal List<ulong>? Times;
    }
}
