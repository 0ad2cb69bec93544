package nodebridge

import "appzone/host/process"

// signs are what Node.js says on standard error before it ends for want of something that is limited.
var signs = []process.Sign{
	{Text: "JavaScript heap out of memory", Limit: process.LimitMemory},
	{Text: "Array buffer allocation failed", Limit: process.LimitMemory},
	{Text: "Fatal process out of memory", Limit: process.LimitMemory},
	{Text: "Fatal JavaScript out of memory", Limit: process.LimitMemory},
	{Text: "process out of memory", Limit: process.LimitMemory},
	{Text: "ERR_MEMORY_ALLOCATION_FAILED", Limit: process.LimitMemory},
	{Text: "std::bad_alloc", Limit: process.LimitMemory},
	{Text: "ERR_WORKER_OUT_OF_MEMORY", Limit: process.LimitMemory},
	{Text: "ENOMEM", Limit: process.LimitMemory},
	{Text: "EMFILE", Limit: process.LimitOpenFiles},
	{Text: "EAGAIN", Limit: process.LimitProcesses}, // of spawn and fork; on sockets Node.js handles it itself
	{Text: "ERR_WORKER_INIT_FAILED", Limit: process.LimitProcesses},
}
