using NvgreGateway.Control.Offload;

namespace NvgreGateway.Control;

/// <summary>An offload that is being switched.</summary>
/// <param name="Request">What is wanted.</param>
/// <param name="Answer">The answer if all goes well.</param>
/// <param name="Change">The change that it takes.</param>
internal sealed record PendingOffload(OffloadSwitch Request, OffloadChange Answer, ConfigurationChange Change);
