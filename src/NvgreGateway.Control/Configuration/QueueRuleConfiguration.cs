using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>Queues of a port that packets of a VSID or to a MAC are received on; an entry of <c>ports[].vsidQueues</c> (VMQ).</summary>
public sealed record QueueRuleConfiguration
{
    /// <summary>The VSID, or null; underlay ports only.</summary>
    public required int? Vsid { get; init; }

    /// <summary>The destination MAC, of what an underlay port receives the inner one; or null. Exactly one of the two is given.</summary>
    public required MacAddress? Mac { get; init; }

    /// <summary>The queues, each below the number that the port has; over several of them flows are spread.</summary>
    public required ValueList<int> Queues { get; init; }
}
