namespace NvgreGateway.Control.Configuration;

/// <summary>How underlay next hops are resolved; key <c>neighbors</c> (A-054, A-055).</summary>
public sealed record NeighborResolutionConfiguration
{
    /// <summary>Packets held for a next hop that is not resolved yet.</summary>
    public required int Hold { get; init; }

    /// <summary>Time between solicitations.</summary>
    public required int RetrySeconds { get; init; }

    /// <summary>Time without an answer after which the next hop counts as unreachable, and before the next attempt.</summary>
    public required int GiveUpSeconds { get; init; }

    /// <summary>Time after which a resolved neighbour is verified again.</summary>
    public required int ReachableSeconds { get; init; }
}
