namespace NvgreGateway.Control.Configuration;

/// <summary>When a moving MAC counts as duplicate; key <c>fdb.moves</c> (E-032).</summary>
public sealed record MovesConfiguration
{
    /// <summary>Moves that are followed within the window; the next one is refused.</summary>
    public required int Limit { get; init; }

    /// <summary>Length of the window, and of the quiet time after which the MAC thaws.</summary>
    public required int WindowSeconds { get; init; }

    /// <summary>What happens to the frame of a refused move.</summary>
    public required MoveAction Action { get; init; }
}
