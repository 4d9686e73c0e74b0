namespace NvgreGateway.Control.Api;

/// <summary>One entry of <c>ports[].vsidQueues</c> in force, as <c>show queues</c> tells it.</summary>
public sealed record QueueRuleStatus
{
    /// <summary>What it is about: <c>VSID 5001</c> or <c>MAC 02:00:00:00:0a:01</c>.</summary>
    public required string Match { get; init; }

    /// <summary>The queues; worker <c>i</c> polls queue <c>i</c>.</summary>
    public required IReadOnlyList<int> Queues { get; init; }

    /// <summary>
    /// Who sorts the packets: <c>hardware</c>; <c>software</c>, the workers that receive them; of both families of outer addresses
    /// <c>hardware and software</c>; or <c>nobody</c>: it was not tried yet, or there is one worker.
    /// </summary>
    public required string By { get; init; }

    /// <summary>Why the device does not, in the driver's words; null where it does.</summary>
    public string? Refusal { get; init; }
}
